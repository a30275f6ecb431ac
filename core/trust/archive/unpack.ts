import { pipeline, Readable, type Transform } from 'node:stream'
import { constants, createGunzip, createInflateRaw, createZstdDecompress } from 'node:zlib'
import { TrustError } from '../trust-error.ts'
import { invalid } from './container.ts'
import { chunkBytes } from './file-bytes.ts'

export type Packing = 'deflate' | 'gzip' | 'zstd'

const common = { chunkSize: chunkBytes, rejectGarbageAfterEnd: true }
/** A zstd stream may ask for up to 8 MiB of memory, as levels up to 19 do; `--long` and `--ultra` ask for more. */
const zstdParams = { [constants.ZSTD_d_windowLogMax]: 23 }

const unpackers: Record<Packing, () => Transform> = {
  deflate: () => createInflateRaw(common),
  gzip: () => createGunzip(common),
  zstd: () => createZstdDecompress({ ...common, params: zstdParams }),
}

/**
 * Unpacks a stream, `chunkBytes` at a time however small its source.
 * @throws TrustError `archive_invalid` when it is damaged, cut short or followed by something else
 */
export async function* unpack(chunks: AsyncIterable<Uint8Array>, packing: Packing): AsyncGenerator<Uint8Array> {
  const unpacked = pipeline(
    Readable.from(chunks, { objectMode: true, highWaterMark: 1 }),
    unpackers[packing](),
    () => {},
  )
  try {
    for await (const chunk of unpacked as AsyncIterable<Uint8Array>) yield chunk
  } catch (cause) {
    if (cause instanceof TrustError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw invalid(`archive: expected a whole ${packing} stream, got one with an error: ${why}`, { cause })
  }
}
