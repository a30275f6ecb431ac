import { sign, TrustError, verify } from '@windlass/trust'
import { smallText } from './small-file.ts'

/** Work on a file's content: what is wrong with that begins with the file's name. */
export async function ofFile<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof TrustError) || cause.code === 'file_unreadable') throw cause
    throw new TrustError(cause.code, `${path}: ${cause.message}`, { cause })
  }
}

const nothing = new Uint8Array()

/** A key that can sign, before anything long begins. @throws CliError, TrustError `key_unusable` */
export async function privateKeyIn(path: string): Promise<string> {
  const pem = await smallText(path)
  await ofFile(path, () => sign(pem, nothing))
  return pem
}

/** @throws CliError, TrustError `key_unusable` */
export async function publicKeyIn(path: string): Promise<string> {
  const pem = await smallText(path)
  await ofFile(path, () => verify(pem, nothing, nothing))
  return pem
}
