import { type CipherGCMTypes, createDecipheriv } from 'node:crypto'
import type { BlobSource } from '@windlass/model/unit'
import { BlobError } from './blob-error.ts'

export type Decryption = NonNullable<BlobSource['decryption']>

/** Gives clear bytes for encrypted ones, in order. */
export interface Decrypter {
  update(bytes: Uint8Array): Uint8Array
  /** The rest. @throws BlobError `decryption` when padding or tag are damaged */
  final(): Uint8Array
}

const blockBytes = 16
const tagBytes = 16

/**
 * AES by its name in `decryptInfo` (aoscore.md 8.3): `AES256/CBC/pkcs7`, `AES256/GCM/`; CBC and PKCS #7 where nothing is
 * said. A GCM tag stands behind the text. @throws BlobError `unsupported`, `decryption` for a key of another length
 */
export function createDecrypter({ algorithm, key, iv }: Decryption): Decrypter {
  const [name = '', mode = '', padding = ''] = algorithm.toUpperCase().split('/')
  const bits = /^AES(128|192|256)$/.exec(name)?.[1]
  const known =
    mode === '' || mode === 'CBC' ? padding === '' || padding === 'PKCS7' || padding === 'PKCS7PADDING' : mode === 'GCM'
  if (bits === undefined || !known)
    throw new BlobError('unsupported', `expected AES128, 192 or 256 in CBC with PKCS7 or in GCM, got ${algorithm}`)
  if (key.length * 8 !== Number(bits))
    throw new BlobError('decryption', `expected a key of ${bits} bits for ${algorithm}, got ${key.length * 8}`)
  return mode === 'GCM' ? gcm(`aes-${bits}-gcm`, key, iv) : cbc(`aes-${bits}-cbc`, key, iv)
}

function cbc(name: string, key: Uint8Array, iv: Uint8Array): Decrypter {
  if (iv.length !== blockBytes)
    throw new BlobError('decryption', `expected an initial vector of ${blockBytes} bytes, got ${iv.length}`)
  const decipher = createDecipheriv(name, key, iv)
  return { update: (bytes) => decipher.update(bytes), final: () => finished(() => decipher.final()) }
}

/** The tag can only be told from the text at the end, so the last bytes are held back. */
function gcm(name: string, key: Uint8Array, iv: Uint8Array): Decrypter {
  if (iv.length === 0) throw new BlobError('decryption', 'expected an initial vector, got none')
  const decipher = createDecipheriv(name as CipherGCMTypes, key, iv)
  let held = new Uint8Array()
  return {
    update(bytes) {
      const joined = Buffer.concat([held, bytes])
      const text = Math.max(0, joined.length - tagBytes)
      held = new Uint8Array(joined.subarray(text))
      return decipher.update(joined.subarray(0, text))
    },
    final: () =>
      finished(() => {
        decipher.setAuthTag(held)
        return decipher.final()
      }),
  }
}

function finished(final: () => Uint8Array): Uint8Array {
  try {
    return final()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new BlobError('decryption', `expected bytes that can be decrypted to their end, got ${why}`, { cause })
  }
}
