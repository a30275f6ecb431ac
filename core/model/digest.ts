import { ModelError } from './model-error.ts'

/** 64 lower-case hexadecimal digits: the SHA-256 that names an object or a package. Safe as a file name. */
export type Sha256 = string & { readonly sha256: unique symbol }

const form = /^[a-f0-9]{64}$/

export function isSha256(text: string): text is Sha256 {
  return form.test(text)
}

/** Reads a digest from text. @throws ModelError when it is not 64 lower-case hexadecimal digits. */
export function sha256Text(text: string, path = 'sha256sum'): Sha256 {
  if (!isSha256(text)) throw new ModelError(path, '64 lower-case hexadecimal digits', text)
  return text
}
