import type { ObjectBase } from '@windlass/model'
import { createDigest } from '@windlass/trust'
import { owned } from './decompress.ts'
import { checkDigest } from './payload.ts'

/**
 * The bytes of a payload for a pipe. The last 64 KiB at most come only once the digest over all of them is known to be
 * right, so that a program which counts or waits for the end never takes a spoilt payload for a whole one.
 * @throws UpdateError `object_mismatch` in place of the end
 */
export async function* heldBack(
  object: ObjectBase,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = createDigest()
  let last: Uint8Array | undefined
  for await (const piece of owned(pieces)) {
    if (last) yield last
    digest.update(piece)
    last = piece
  }
  checkDigest(object, digest.digest())
  if (last) yield last
}
