import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Random } from '@windlass/platform'
import { FleetError } from '../fleet-error.ts'
import type { BlobFiles } from '../units/blob-files.ts'
import { bounded, syncFolder, writeSynced } from './written-files.ts'

/** Blobs in a folder, by the names of an OCI layout: `sha256/<hex>`. `incoming` holds what is not whole yet. */
export async function folderBlobs(folder: string, random: Random): Promise<BlobFiles> {
  const incoming = join(folder, 'incoming')
  const kept = join(folder, 'sha256')
  // What a kill left half-way belongs to nobody.
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { recursive: true })
  await mkdir(kept, { recursive: true })
  const pathOf = (digest: string) => join(kept, hexOf(digest))
  return {
    async put(digest, body, maxBytes) {
      const draft = join(incoming, Buffer.from(random.bytes(12)).toString('hex'))
      const [sha256, sha3, count] = [createHash('sha256'), createHash('sha3-256'), { bytes: 0 }]
      const hashed = async function* () {
        for await (const chunk of bounded(body, maxBytes, count)) {
          sha256.update(chunk)
          sha3.update(chunk)
          yield chunk
        }
      }
      try {
        await writeSynced(draft, hashed())
        const came = `sha256:${sha256.digest('hex')}`
        if (came !== digest) throw new FleetError('blob_mismatch', `expected bytes of ${digest}, got ${came}`)
        await rename(draft, pathOf(digest))
        await syncFolder(kept)
        return { digest, size: count.bytes, sha3: sha3.digest('hex') }
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

function hexOf(digest: string): string {
  const [, hex] = /^sha256:([a-f0-9]{64})$/.exec(digest) ?? []
  if (hex === undefined)
    throw new FleetError('request_invalid', `expected sha256: and 64 hexadecimal digits, got ${digest}`)
  return hex
}
