import { createHash } from 'node:crypto'
import { FleetError } from '../fleet-error.ts'
import type { Blob } from '../units/records.ts'
import { bounded } from './written-files.ts'

/** A blob on its way in. */
export interface CheckedBlob {
  /** Fails at the end where the digest does not hold. */
  chunks: AsyncIterable<Uint8Array>
  /** Why `chunks` failed, if it did. */
  failure(): unknown
  /** What came, once all has. */
  facts(): Blob
}

/** @throws FleetError `request_invalid`; `chunks`: `blob_mismatch`, `upload_too_large`, `upload_cut` */
export function checkedBlob(digest: string, body: AsyncIterable<Uint8Array>, maxBytes: number): CheckedBlob {
  pathOfDigest(digest)
  const [sha256, sha3, count] = [createHash('sha256'), createHash('sha3-256'), { bytes: 0 }]
  let failure: unknown
  const chunks = async function* () {
    try {
      for await (const chunk of bounded(body, maxBytes, count)) {
        sha256.update(chunk)
        sha3.update(chunk)
        yield chunk
      }
      const came = `sha256:${sha256.digest('hex')}`
      if (came !== digest) throw new FleetError('blob_mismatch', `expected bytes of ${digest}, got ${came}`)
    } catch (error) {
      failure = error
      throw error
    }
  }
  return {
    chunks: chunks(),
    failure: () => failure,
    facts: () => ({ digest, size: count.bytes, sha3: sha3.digest('hex') }),
  }
}

/** `sha256/<hex>`, as in an OCI layout. */
export function pathOfDigest(digest: string): string {
  const [, hex] = /^sha256:([a-f0-9]{64})$/.exec(digest) ?? []
  if (hex === undefined)
    throw new FleetError('request_invalid', `expected sha256: and 64 hexadecimal digits, got ${digest}`)
  return `sha256/${hex}`
}
