import type { Files } from '@windlass/platform'
import { verify } from '@windlass/trust'
import { decodeSignature } from '@windlass/wire/updatehub'
import { UpdateError } from '../update-error.ts'
import type { Offer } from './facts.ts'
import type { Ports } from './ports.ts'

const mostKeyBytes = 64 * 1024

/**
 * Checks an offer's signature over its metadata bytes, where the device has a key (updatehub.md 3.3).
 * @throws UpdateError `signature_missing`, `signature_mismatch` or `key_unusable`
 */
export async function checkSignature(
  offer: Pick<Offer, 'metadata' | 'signature' | 'uid'>,
  p: Pick<Ports, 'files' | 'firmware'>,
): Promise<void> {
  if (p.firmware.publicKey === null) return
  if (!offer.signature)
    throw new UpdateError('signature_missing', `package ${offer.uid} is not signed, and this device has a key`)
  const signature = decodeSignature(offer.signature)
  if (!signature)
    throw new UpdateError('signature_mismatch', 'expected a signature in base64 on one line, got something else')
  const key = await readKey(p.firmware.publicKey, p.files)
  if (!verify(key, new TextEncoder().encode(offer.metadata), signature)) {
    throw new UpdateError('signature_mismatch', `package ${offer.uid} is not signed by the key of this device`)
  }
}

async function readKey(path: string, files: Files): Promise<string> {
  try {
    return new TextDecoder().decode(await files.readFile(path, mostKeyBytes))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UpdateError('key_unusable', `${path}: expected the key that was there at the start, got ${why}`, {
      cause,
    })
  }
}
