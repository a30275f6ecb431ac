import { createHash } from 'node:crypto'
import { type Files, ReadRoom } from '@windlass/platform'
import type { ImageFile } from './desired-state/ports.ts'

const pieceBytes = 1024 * 1024

/** Reads a file once for what `PrepareUpdate` says of it. */
export function imageFile(files: Pick<Files, 'open'>): ImageFile {
  return async (path, stop) => {
    const file = await files.open(path, 'read')
    const hash = createHash('sha3-256')
    const buffer = new ReadRoom(pieceBytes)
    let size = 0
    try {
      for (;;) {
        stop.throwIfAborted()
        const length = await file.read(buffer.room, size)
        if (length === 0) return { sha3: hash.digest(), size }
        hash.update(buffer.taken(length))
        size += length
      }
    } finally {
      await file.close()
    }
  }
}
