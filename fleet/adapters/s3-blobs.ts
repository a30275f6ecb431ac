import { Readable } from 'node:stream'
import type { BlobFiles } from '../blobs/blob-files.ts'
import { FleetError } from '../fleet-error.ts'
import { checkedBlob, pathOfDigest } from './checked-blob.ts'
import type { Bucket } from './s3-place.ts'

/** Blobs in a bucket: `blobs/sha256/<hex>`. */
export function s3Blobs(bucket: Bucket): BlobFiles {
  const nameOf = (digest: string): string => `blobs/${pathOfDigest(digest)}`
  return {
    async put(digest, body, maxBytes) {
      const blob = checkedBlob(digest, body, maxBytes)
      // A body that is not what it should be fails at its end, and with it the upload.
      await bucket.put(nameOf(digest), Readable.from(blob.chunks, { objectMode: false })).catch((error: unknown) => {
        throw blob.failure() ?? error
      })
      return blob.facts()
    },
    async read(digest, start, length) {
      return length === 0 ? Readable.from([]) : await bucket.read(nameOf(digest), start, length)
    },
    async readWhole(digest, maxBytes) {
      const chunks: Uint8Array[] = []
      let size = 0
      for await (const chunk of await bucket.read(nameOf(digest), 0, maxBytes + 1)) {
        chunks.push(chunk)
        size += chunk.length
      }
      if (size > maxBytes)
        throw new FleetError('item_invalid', `${digest}: expected at most ${maxBytes} bytes, got more`)
      return Buffer.concat(chunks)
    },
  }
}
