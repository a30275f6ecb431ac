import type { ArchiveFile } from './archive-file.ts'
import { invalid } from './container.ts'
import { readBytes, streamBytes } from './file-bytes.ts'
import { within } from './limits.ts'

/** Bytes read forward, from a file or from a stream. */
export interface ByteSource {
  /** How many bytes have been taken or skipped. */
  position(): number
  /** Exactly `size` bytes, at most some thousand. @throws TrustError `archive_invalid` when there are fewer */
  take(size: number): Promise<Buffer>
  /** The next `size` bytes in chunks of any length. */
  stream(size: number): AsyncGenerator<Uint8Array>
  /** @throws TrustError `archive_invalid` when there are fewer */
  skip(size: number): Promise<void>
  /** Some more bytes, undefined at the end. */
  rest(): Promise<Uint8Array | undefined>
  /** Lets go of a stream that was not read to its end. Does not close a file. */
  close(): Promise<void>
}

/** Skipping costs nothing here. */
export function fileSource(file: ArchiveFile, fileSize: number): ByteSource {
  let at = 0
  const skip = async (size: number) => {
    if (at + size > fileSize)
      throw invalid(`archive: expected ${size} bytes at ${at}, but the file ends at ${fileSize}`)
    at += size
  }
  return {
    position: () => at,
    skip,
    async take(size) {
      const from = at
      await skip(size)
      return await readBytes(file, from, size)
    },
    async *stream(size) {
      for await (const chunk of streamBytes(file, at, size)) {
        at += chunk.length
        yield chunk
      }
    },
    async rest() {
      if (at === fileSize) return undefined
      const chunk = await readBytes(file, at, Math.min(4096, fileSize - at))
      at += chunk.length
      return chunk
    },
    close: async () => {},
  }
}

/** Reads a stream of unknown length, and not past `most` bytes of it. */
export function streamSource(chunks: AsyncIterable<Uint8Array>, most: number): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]()
  let at = 0
  let left: Uint8Array = new Uint8Array(0)
  /** At least one byte and at most `size`; empty at the end. */
  const some = async (size: number): Promise<Uint8Array> => {
    while (left.length === 0) {
      const step = await iterator.next()
      if (step.done === true) return left
      left = step.value
    }
    const part = left.subarray(0, size)
    left = left.subarray(part.length)
    at += part.length
    within('unpacked archive', most, at)
    return part
  }
  async function* stream(size: number): AsyncGenerator<Uint8Array> {
    for (let missing = size; missing > 0; ) {
      const part = await some(missing)
      if (part.length === 0) throw invalid(`archive: expected ${missing} more bytes at ${at}, but it ends there`)
      missing -= part.length
      yield part
    }
  }
  return {
    position: () => at,
    stream,
    take: async (size) => Buffer.concat(await Array.fromAsync(stream(size)), size),
    async skip(size) {
      for await (const _ of stream(size));
    },
    async rest() {
      const part = await some(4096)
      return part.length === 0 ? undefined : part
    },
    async close() {
      await iterator.return?.()
    },
  }
}
