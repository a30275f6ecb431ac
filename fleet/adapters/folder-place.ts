import { readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, nodeFiles, type Random } from '@windlass/platform'
import type { BlobPlace } from '../blobs/place.ts'
import { folderBlobs } from './folder-blobs.ts'
import { folderPackages } from './folder-packages.ts'
import { folderPushes } from './folder-pushes.ts'
import { absent, syncFolder } from './written-files.ts'

export interface FolderPorts {
  random: Random
  clock: Clock
  /** Whether only this process uses the folder: what is not whole then belongs to nobody, however young. */
  alone: boolean
}

/** The bytes of a fleet in one folder, which several processes may share. */
export async function folderPlace(folder: string, ports: FolderPorts): Promise<BlobPlace> {
  await nodeFiles.makeFolder(folder)
  const note = join(folder, 'fleet-id')
  return {
    packages: await folderPackages(join(folder, 'packages'), ports),
    blobs: await folderBlobs(join(folder, 'blobs'), ports),
    pushes: await folderPushes(join(folder, 'pushes'), ports.random),
    owner: async () => (await readFile(note, 'utf8').catch(absent))?.trim(),
    async give(fleet) {
      await writeFile(`${note}.new`, `${fleet}\n`, { flush: true })
      await rename(`${note}.new`, note)
      await syncFolder(folder)
    },
    async erase() {
      for (const name of ['packages', 'blobs', 'pushes', 'fleet-id'])
        await rm(join(folder, name), { recursive: true, force: true })
      // Others may keep something there.
      await rmdir(folder).catch(() => undefined)
    },
  }
}
