import { join } from 'node:path'
import { type Cache, openCache } from './cache.ts'
import { baseImage } from './image/base.ts'
import { packageFile } from './image/package-file.ts'
import { type Kind, releaseImage } from './image/release.ts'
import { keysIn } from './keys.ts'
import type { Board } from './machine/board.ts'

/** What takes long to make is kept in the repository, or where the environment says. */
const cacheFolder = process.env['WINDLASS_QEMU_CACHE'] ?? join(import.meta.dirname, '../../.windlass/qemu')

/** A release made for a board: its image, and the package of it. */
export interface Release {
  version: string
  image: string
  file: string
}

/** Makes releases of a board, once. */
export interface Workshop {
  publicKey: string
  release(version: string, kind: Kind): Promise<Release>
}

export async function openWorkshop({ architecture, packages }: Board): Promise<Workshop> {
  const cache: Cache = await openCache(cacheFolder)
  const keys = await keysIn(cache)
  const base = await baseImage(cache, architecture, keys.public, packages)
  return {
    publicKey: keys.public,
    async release(version, kind) {
      const image = await releaseImage(cache, architecture, base, version, kind)
      return { version, image, file: await packageFile(cache, architecture, version, image, keys.private) }
    },
  }
}
