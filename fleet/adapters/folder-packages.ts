import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Draft, PackageFiles } from '../packages/package-files.ts'
import type { FolderPorts } from './folder-place.ts'
import { sweepFolder } from './left-behind.ts'
import { bounded, syncFolder, writeSynced } from './written-files.ts'

/**
 * Packages in a folder: one folder for each, named by its uid, with the archive as it was uploaded and, beside it, the
 * objects that are not in there byte for byte. `incoming` holds drafts.
 */
export async function folderPackages(folder: string, { random, clock, alone }: FolderPorts): Promise<PackageFiles> {
  const incoming = join(folder, 'incoming')
  const kept = join(folder, 'kept')
  await mkdir(incoming, { recursive: true })
  await mkdir(kept, { recursive: true })
  return {
    draft() {
      const path = join(incoming, Buffer.from(random.bytes(12)).toString('hex'))
      return newDraft(path, (uid) => moved(path, kept, uid))
    },
    async read(uid, { sha256sum, at }, start, length) {
      if (length === 0) return Readable.from([])
      const file = await open(join(kept, uid, at === null ? sha256sum : archiveName))
      const first = (at ?? 0) + start
      return file.createReadStream({ start: first, end: first + length - 1, highWaterMark: 256 * 1024 })
    },
    archive: async (uid) => (await open(join(kept, uid, archiveName))).createReadStream(),
    remove: (uid) => rm(join(kept, uid), { recursive: true, force: true }),
    async sweep(known) {
      await sweepFolder(incoming, { alone, nowMs: clock.now() })
      await sweepFolder(kept, { alone, nowMs: clock.now() }, known)
    },
  }
}

export const archiveName = 'archive.uhupkg'

/** A draft in a folder of its own; `keep` moves it to where packages are. */
export async function newDraft(path: string, keep: (uid: string) => Promise<void>): Promise<Draft> {
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
    keep,
    discard: () => rm(path, { recursive: true, force: true }),
  }
}

async function moved(path: string, kept: string, uid: string): Promise<void> {
  await syncFolder(path)
  await rm(join(kept, uid), { recursive: true, force: true })
  await rename(path, join(kept, uid))
  await syncFolder(kept)
}
