import type { Readable } from 'node:stream'
import type { Blob } from '../units/records.ts'

/** The bytes of blobs, each under its digest (`sha256:` and 64 hexadecimal digits). */
export interface BlobFiles {
  /**
   * Takes a blob in; nobody sees it before it is whole and its digest holds, and then a power cut does not lose it.
   * @throws FleetError `blob_mismatch`, `upload_too_large`, `upload_cut`, `no_space`
   */
  put(digest: string, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Blob>
  /** The reader must destroy or drain the stream. */
  read(digest: string, start: number, length: number): Promise<Readable>
  /** A small blob as a whole; at most `maxBytes`. */
  readWhole(digest: string, maxBytes: number): Promise<Uint8Array>
}
