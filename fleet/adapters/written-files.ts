import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { FleetError } from '../fleet-error.ts'

/** The body, up to a bound; `count` says how much of it came. @throws FleetError `upload_too_large`, `upload_cut` */
export async function* bounded(body: AsyncIterable<Uint8Array>, maxBytes: number, count: { bytes: number }) {
  try {
    for await (const chunk of body) {
      count.bytes += chunk.length
      if (count.bytes > maxBytes)
        throw new FleetError('upload_too_large', `expected at most ${maxBytes} bytes, got more`)
      yield chunk
    }
  } catch (cause) {
    if (cause instanceof FleetError) throw cause
    throw new FleetError('upload_cut', `expected the whole upload, got ${count.bytes} bytes of it`, { cause })
  }
}

/** Writes a new file; it is on the disk when this returns. @throws FleetError `no_space` */
export async function writeSynced(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(chunks, createWriteStream(path, { flags: 'wx', flush: true, highWaterMark: 1024 * 1024 }))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT'))
      throw new FleetError('no_space', 'expected room for the upload on the disk of the fleet, got none', { cause })
    throw cause
  }
}

/** Makes names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** For a file that need not be there: undefined where it is not. */
export function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
