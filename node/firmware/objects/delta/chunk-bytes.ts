import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createZstdDecompress } from 'node:zlib'
import type { Processes } from '@windlass/platform'
import { UpdateError } from '../../update-error.ts'
import { decompress, owned } from '../decompress.ts'
import { atMost } from '../pieces.ts'
import type { Chunk, ChunkCompression } from './header.ts'

// Chunks come by the thousand, and each one's buffer stays until garbage is collected: no more than it needs.
const mostOutputBytes = 64 * 1024
const leastOutputBytes = 64

/** A chunk as it is in the image, from how it is stored. One that would not get smaller is stored as it is. */
export function chunkBytes(
  stored: AsyncIterable<Uint8Array>,
  chunk: Chunk,
  compression: ChunkCompression,
  ports: { processes: Processes },
  stop: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (compression === 'none' || chunk.storedSize === chunk.size) return stored
  const chunkSize = Math.max(leastOutputBytes, Math.min(mostOutputBytes, chunk.size))
  const plain = {
    brotli: () => through(createBrotliDecompress({ chunkSize }), stored),
    zstd: () => through(createZstdDecompress({ chunkSize }), stored),
    xz: () => decompress(stored, 'a chunk', ports, stop),
  }[compression]()
  return atMost(plain, chunk.size, () => {
    return new UpdateError('object_mismatch', `a chunk: expected ${chunk.size} bytes after unpacking, got more`)
  })
}

async function* through(engine: Transform, stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const feeding = pipeline(Readable.from(owned(stored)), engine)
  feeding.catch(() => undefined)
  try {
    yield* engine
    await feeding
  } finally {
    engine.destroy()
  }
}
