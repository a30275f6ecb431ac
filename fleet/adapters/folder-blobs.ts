import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { BlobFiles } from '../blobs/blob-files.ts'
import { FleetError } from '../fleet-error.ts'
import { checkedBlob, pathOfDigest } from './checked-blob.ts'
import type { FolderPorts } from './folder-place.ts'
import { sweepFolder } from './left-behind.ts'
import { syncFolder, writeSynced } from './written-files.ts'

/** Blobs in a folder, by the names of an OCI layout: `sha256/<hex>`. `incoming` holds what is not whole yet. */
export async function folderBlobs(folder: string, ports: FolderPorts): Promise<BlobFiles> {
  const incoming = join(folder, 'incoming')
  const kept = join(folder, 'sha256')
  await mkdir(incoming, { recursive: true })
  await mkdir(kept, { recursive: true })
  await sweepFolder(incoming, { alone: ports.alone, nowMs: ports.clock.now() })
  const pathOf = (digest: string) => join(folder, pathOfDigest(digest))
  return {
    async put(digest, body, maxBytes) {
      const draft = join(incoming, Buffer.from(ports.random.bytes(12)).toString('hex'))
      const blob = checkedBlob(digest, body, maxBytes)
      try {
        await writeSynced(draft, blob.chunks)
        await rename(draft, pathOf(digest))
        await syncFolder(kept)
        return blob.facts()
      } finally {
        await rm(draft, { force: true })
      }
    },
    async read(digest, start, length) {
      if (length === 0) return Readable.from([])
      const file = await open(pathOf(digest))
      return file.createReadStream({ start, end: start + length - 1, highWaterMark: 256 * 1024 })
    },
    async readWhole(digest, maxBytes) {
      const { size } = await stat(pathOf(digest))
      if (size > maxBytes)
        throw new FleetError('item_invalid', `${digest}: expected at most ${maxBytes} bytes, got ${size}`)
      return readFile(pathOf(digest))
    },
  }
}
