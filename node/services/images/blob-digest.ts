import { ServicesError } from '../services-error.ts'

/** The hexadecimal digits of `sha256:<hex>`, by which blobs and layers are named on disk. @throws ServicesError `invalid` */
export function hexOf(digest: string): string {
  const hex = /^sha256:([a-f0-9]{64})$/.exec(digest)?.[1]
  if (hex === undefined) {
    throw new ServicesError('invalid', `digest: expected "sha256:" and 64 hexadecimal digits, got "${digest}"`)
  }
  return hex
}
