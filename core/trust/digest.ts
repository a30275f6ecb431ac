import { createHash } from 'node:crypto'
import { type Sha256, sha256Text } from '@windlass/model'

/** A SHA-256 under way. `digest` may be asked once. */
export interface Digest {
  update(bytes: Uint8Array): void
  digest(): Sha256
}

export function createDigest(): Digest {
  const hash = createHash('sha256')
  return {
    update(bytes) {
      hash.update(bytes)
    },
    digest: () => sha256Text(hash.digest('hex')),
  }
}

/** SHA-256 of bytes, or of a text's UTF-8. A package's uid is this over its metadata as transported (updatehub.md 5.7). */
export function sha256Of(bytes: string | Uint8Array): Sha256 {
  return sha256Text(createHash('sha256').update(bytes).digest('hex'))
}
