import { TrustError } from '../trust-error.ts'
import type { ArchiveFile } from './archive-file.ts'
import { invalid } from './container.ts'

/** The most that is read at once. */
export const chunkBytes = 64 * 1024

/** Reads exactly `size` bytes. @throws TrustError `archive_invalid` when the file ends before, `file_unreadable` */
export async function readBytes(file: ArchiveFile, at: number, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const came = await file.read(bytes.subarray(filled), at + filled).catch((cause: unknown) => unreadable(at, cause))
    if (came === 0) throw invalid(`archive: expected ${size} bytes at ${at}, but the file ends at ${at + filled}`)
    filled += came
  }
  return bytes
}

/** The same as a stream. Each chunk is the reader's to keep. */
export async function* streamBytes(file: ArchiveFile, at: number, size: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; done += chunkBytes) {
    yield await readBytes(file, at + done, Math.min(chunkBytes, size - done))
  }
}

function unreadable(at: number, cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause)
  throw new TrustError('file_unreadable', `archive: expected to read on at ${at}, got ${why}`, { cause })
}
