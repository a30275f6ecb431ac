import { join } from 'node:path'
import { type Cache, openCache } from './cache.ts'
import type { FileContent } from './disk/make-disk.ts'
import { agentProgram, programOnData } from './image/agent.ts'
import { baseImage } from './image/base.ts'
import { slotDevices } from './image/device-facts.ts'
import { type DescribedObject, packageFile } from './image/package-file.ts'
import { type Kind, releaseImage } from './image/release.ts'
import { keysIn } from './keys.ts'
import type { Board } from './machine/board.ts'

/** What takes long to make is kept in the repository, or where the environment says. */
export const cacheFolder = process.env['WINDLASS_QEMU_CACHE'] ?? join(import.meta.dirname, '../../.windlass/qemu')

/** A release made for a board: its image, and the package of it. */
export interface Release {
  version: string
  image: string
  file: string
  /** Files that its devices have on their data partition. */
  data: Readonly<Record<string, FileContent>>
}

/** Makes releases of a board, once. */
export interface Workshop {
  publicKey: string
  release(version: string, kind: Kind): Promise<Release>
  /** A package of anything else. @returns its file */
  pack(version: string, objects: readonly DescribedObject[]): Promise<string>
}

export async function openWorkshop({ system }: Board): Promise<Workshop> {
  const cache: Cache = await openCache(cacheFolder)
  const keys = await keysIn(cache)
  const base = await baseImage(cache, system, keys.public)
  const data =
    system.agent === 'on data' ? { [programOnData]: { programAt: await agentProgram(cache, system.architecture) } } : {}
  const pack = (version: string, objects: readonly DescribedObject[]) =>
    packageFile(cache, system, version, objects, keys.private)
  return {
    publicKey: keys.public,
    pack,
    async release(version, kind) {
      const image = await releaseImage(cache, system, base, version, kind)
      // Onto the partition of the set that does not run.
      const object = { mode: 'raw', file: image, target: slotDevices, compressed: 'false' }
      return { version, image, file: await pack(version, [object]), data }
    },
  }
}
