import type { BlobSource } from '@windlass/model/unit'

/** Somebody who has blobs: the cloud, a registry, a folder, an archive. */
export interface BlobOrigin {
  /** Where these blobs are. What this origin does not have is left out. */
  sources(digests: readonly string[], stop: AbortSignal): Promise<readonly BlobOffer[]>
}

/**
 * A blob that can be had. `size` and `sha3` are those of the file as it travels, where they are known before; without
 * them the blob's own digest decides. `places` hold the same bytes and are tried in order.
 */
export interface BlobOffer extends Pick<BlobSource, 'digest' | 'decryption' | 'signature'> {
  places: readonly BlobPlace[]
  size?: number
  sha3?: Uint8Array
}

export interface BlobPlace {
  /** For logs, alerts and errors: says where, and no secret. */
  name: string
  /** Its bytes from `at` on, or from 0 where it cannot. @throws OriginError, HttpError; the reason of `stop` */
  open(at: number, stop: AbortSignal): Promise<BlobStream>
}

/** `total`: length of the whole, where it was told. */
export interface BlobStream {
  from: number
  total: number | undefined
  bytes: AsyncIterable<Uint8Array>
  /** Lets go of what is not read to its end. */
  discard(): void
}

/** Asks one after the other for what those before did not have, or could not say. @throws what the last of them threw */
export function inTurn(...origins: readonly BlobOrigin[]): BlobOrigin {
  return {
    async sources(digests, stop) {
      const found: BlobOffer[] = []
      const isMissing = (digest: string) => !found.some((offer) => offer.digest === digest)
      let problem: { error: unknown } | undefined
      for (const origin of origins) {
        const missing = digests.filter(isMissing)
        if (missing.length === 0) return found
        try {
          found.push(...(await origin.sources(missing, stop)))
        } catch (error) {
          stop.throwIfAborted()
          problem = { error }
        }
      }
      if (problem && digests.some(isMissing)) throw problem.error
      return found
    },
  }
}
