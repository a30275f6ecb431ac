import type { FileHandle } from 'node:fs/promises'
import { invalid } from './container.ts'

/** The most that is read at once. */
export const chunkBytes = 64 * 1024

/** Reads exactly `size` bytes. @throws TrustError `archive_invalid` when the file ends before */
export async function readBytes(file: FileHandle, at: number, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, at + filled)
    if (bytesRead === 0) throw invalid(`archive: expected ${size} bytes at ${at}, but the file ends at ${at + filled}`)
    filled += bytesRead
  }
  return bytes
}

/** The same as a stream. Each chunk is the reader's to keep. */
export async function* streamBytes(file: FileHandle, at: number, size: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; done += chunkBytes) {
    yield await readBytes(file, at + done, Math.min(chunkBytes, size - done))
  }
}
