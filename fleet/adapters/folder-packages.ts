import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Random } from '@windlass/platform'
import type { Draft, PackageFiles } from '../packages/package-files.ts'
import { bounded, syncFolder, writeSynced } from './written-files.ts'

/**
 * Packages in a folder: one folder for each, named by its uid, with the archive as it was uploaded and, beside it, the
 * objects that are not in there byte for byte. `incoming` holds drafts.
 */
export async function folderPackages(folder: string, random: Random): Promise<PackageFiles> {
  const incoming = join(folder, 'incoming')
  const kept = join(folder, 'kept')
  await mkdir(incoming, { recursive: true })
  await mkdir(kept, { recursive: true })
  return {
    draft: () => newDraft(join(incoming, Buffer.from(random.bytes(12)).toString('hex')), kept),
    async read(uid, { sha256sum, at }, start, length) {
      if (length === 0) return Readable.from([])
      const file = await open(join(kept, uid, at === null ? sha256sum : archiveName))
      const first = (at ?? 0) + start
      return file.createReadStream({ start: first, end: first + length - 1, highWaterMark: 256 * 1024 })
    },
    remove: (uid) => rm(join(kept, uid), { recursive: true, force: true }),
    async sweep(known) {
      for (const name of await readdir(incoming)) await rm(join(incoming, name), { recursive: true, force: true })
      for (const uid of await readdir(kept))
        if (!known.has(uid)) await rm(join(kept, uid), { recursive: true, force: true })
    },
  }
}

const archiveName = 'archive.uhupkg'

async function newDraft(path: string, kept: string): Promise<Draft> {
  await mkdir(path)
  const archive = join(path, archiveName)
  return {
    archive,
    async fill(body, maxBytes) {
      const count = { bytes: 0 }
      await writeSynced(archive, bounded(body, maxBytes, count))
      return count.bytes
    },
    putObject: (name, chunks) => writeSynced(join(path, name), chunks),
    async keep(uid) {
      await syncFolder(path)
      await rm(join(kept, uid), { recursive: true, force: true })
      await rename(path, join(kept, uid))
      await syncFolder(kept)
    },
    discard: () => rm(path, { recursive: true, force: true }),
  }
}

/** Counts what flows. The sender's connection breaking is told apart from our disk failing. */
