import { createReadStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '@windlass/platform'
import { TrustError } from '@windlass/trust'
import { writeArchive } from '@windlass/trust/pack'
import { FleetError } from '../fleet-error.ts'
import type { PushFiles } from '../packages/pushes.ts'
import { bounded, writeSynced } from './written-files.ts'

/** Pieces of packages in a folder, which is emptied first: one folder for each package. */
export async function folderPushes(folder: string, random: Random): Promise<PushFiles> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  return {
    has: (uid, object) =>
      stat(join(folder, uid, object)).then(
        () => true,
        () => false,
      ),
    async put(uid, object, body, maxBytes) {
      await mkdir(join(folder, uid), { recursive: true })
      const part = join(folder, uid, `${Buffer.from(random.bytes(12)).toString('hex')}.part`)
      try {
        await writeSynced(part, bounded(body, maxBytes, { bytes: 0 }))
        await rename(part, join(folder, uid, object))
      } finally {
        await rm(part, { force: true })
      }
    },
    async pack({ uid, metadata, signature, objects }) {
      const archive = join(folder, uid, 'package.uhupkg')
      const files = objects.map(({ sha256sum, size }) => ({ sha256sum, size, path: join(folder, uid, sha256sum) }))
      await writeArchive(archive, { metadata, signature, objects: files }).catch((cause: unknown) => {
        if (!(cause instanceof TrustError) || cause.code === 'file_unreadable') throw cause
        throw new FleetError('object_mismatch', cause.message, { cause })
      })
      return createReadStream(archive)
    },
    discard: (uid) => rm(join(folder, uid), { recursive: true, force: true }),
  }
}
