import type { Files } from '@windlass/platform'
import type { ObjectPorts, Payload, StoredBytes } from '../port.ts'
import { readPieces } from './read-pieces.ts'

const pieceBytes = 256 * 1024

/** The bytes of an archive: at a server where the payload is to be read from there, else in the file. */
export async function openStored(payload: Payload, { files }: Pick<ObjectPorts, 'files'>): Promise<StoredBytes> {
  return payload.remote ?? openFile(payload, files)
}

async function openFile(payload: Payload, files: Files): Promise<StoredBytes> {
  const file = await files.open(payload.path, 'read')
  const buffer = Buffer.allocUnsafeSlow(Math.min(pieceBytes, payload.size))
  return {
    read: (at, size) => readPieces(file, payload.at + at, Math.min(size, payload.size - at), buffer),
    close: () => file.close(),
  }
}
