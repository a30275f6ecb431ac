import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Files } from '@windlass/platform'
import type { Fetcher } from '../download/fetcher.ts'
import { UpdateError } from '../update-error.ts'
import type { OrderedUpdate } from './order.ts'

const pieceBytes = 1024 * 1024

/**
 * Brings the image of a component here, a package file, and checks that it is the one that was ordered; gives its path.
 * @throws UpdateError `object_mismatch` with AosCore's words when size or digest is another
 */
export async function fetchImage(
  { url, sha3, size }: OrderedUpdate,
  { files, fetcher }: { files: Files; fetcher: Pick<Fetcher, 'package'> },
  stop: AbortSignal,
): Promise<string> {
  const path = URL.parse(url)?.protocol === 'file:' ? fileURLToPath(url) : await fetcher.package(url, () => {}, stop)
  const facts = await files.facts(path)
  if (!facts) throw new UpdateError('file_unreadable', `expected the image at ${path}, got nothing`)
  if (facts.size !== size) {
    throw new UpdateError('object_mismatch', `image size mismatch: expected ${size} bytes, got ${facts.size}`)
  }
  if ((await sha3Of(path, size, files, stop)) !== sha3) {
    throw new UpdateError('object_mismatch', 'checksum sha256 mismatch')
  }
  return path
}

// The wire calls it sha256; what it carries is a SHA3-256 (aoscore.md 1.4).
async function sha3Of(path: string, size: number, files: Files, stop: AbortSignal): Promise<string> {
  const file = await files.open(path, 'read')
  try {
    const hash = createHash('sha3-256')
    const piece = new Uint8Array(Math.min(pieceBytes, Math.max(size, 1)))
    for (let at = 0; ; ) {
      stop.throwIfAborted()
      const length = await file.read(piece, at)
      if (length === 0) return hash.digest('hex')
      hash.update(piece.subarray(0, length))
      at += length
    }
  } finally {
    await file.close()
  }
}
