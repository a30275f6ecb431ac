import type { Sha256 } from '@windlass/model'
import { createDigest } from './digest.ts'
import { TrustError } from './trust-error.ts'

/** What an object's bytes must turn out to be. `size` in bytes. */
export interface Expected {
  sha256sum: Sha256
  size: number
}

/**
 * Passes bytes on while it counts and digests them. Nothing past `size` is passed on, but what came before has been:
 * only the end without an error says that the bytes were right.
 *
 * @throws TrustError `object_mismatch` at the first byte too many, or at the end when bytes are missing or wrong
 */
export async function* checkedStream(
  chunks: AsyncIterable<Uint8Array>,
  expected: Expected,
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = createDigest()
  let count = 0
  for await (const chunk of chunks) {
    count += chunk.length
    if (count > expected.size) throw mismatch(expected, `${expected.size} bytes`, 'more')
    digest.update(chunk)
    yield chunk
  }
  if (count < expected.size) throw mismatch(expected, `${expected.size} bytes`, `${count}`)
  const came = digest.digest()
  if (came !== expected.sha256sum) throw mismatch(expected, 'bytes of this digest', `bytes of ${came}`)
}

function mismatch(object: Expected, expected: string, came: string): TrustError {
  return new TrustError('object_mismatch', `object ${object.sha256sum}: expected ${expected}, got ${came}`)
}
