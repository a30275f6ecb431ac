import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import type { Processes } from '@windlass/platform'
import { UpdateError } from '../../update-error.ts'
import { decompress, owned } from '../decompress.ts'
import { atMost } from '../pieces.ts'
import type { Chunk, ChunkCompression } from './header.ts'

const outputBytes = 64 * 1024

/** A chunk as it is in the image, from how it is stored. One that would not get smaller is stored as it is. */
export function chunkBytes(
  stored: AsyncIterable<Uint8Array>,
  chunk: Chunk,
  compression: ChunkCompression,
  ports: { processes: Processes },
  stop: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (compression === 'none' || chunk.storedSize === chunk.size) return stored
  const plain = compression === 'brotli' ? unbrotli(stored) : decompress(stored, 'a chunk', ports, stop)
  return atMost(plain, chunk.size, () => {
    return new UpdateError('object_mismatch', `a chunk: expected ${chunk.size} bytes after unpacking, got more`)
  })
}

async function* unbrotli(stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const engine = createBrotliDecompress({ chunkSize: outputBytes })
  const feeding = pipeline(Readable.from(owned(stored)), engine)
  feeding.catch(() => undefined)
  try {
    yield* engine
    await feeding
  } finally {
    engine.destroy()
  }
}
