import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { PackageFiles } from '../packages/package-files.ts'
import { archiveName, newDraft } from './folder-packages.ts'
import type { FolderPorts } from './folder-place.ts'
import { sweepFolder } from './left-behind.ts'
import type { Bucket } from './s3-place.ts'

const hourMs = 3_600_000

/**
 * Packages in a bucket: `packages/<uid>/archive.uhupkg` and, beside it, the objects that are not in there byte for byte. A
 * draft lies in a folder of this process while it is examined.
 */
export function s3Packages(bucket: Bucket, drafts: string, { random, clock }: FolderPorts): PackageFiles {
  const nameOf = (uid: string, file: string): string => `packages/${uid}/${file}`
  const remove = async (uid: string): Promise<void> => {
    for await (const { name } of bucket.list(nameOf(uid, ''))) await bucket.remove(name)
  }
  return {
    draft() {
      const path = join(drafts, Buffer.from(random.bytes(12)).toString('hex'))
      return newDraft(path, async (uid) => {
        await remove(uid)
        for (const file of await readdir(path)) await bucket.put(nameOf(uid, file), createReadStream(join(path, file)))
      })
    },
    async read(uid, { sha256sum, at }, start, length) {
      if (length === 0) return Readable.from([])
      return bucket.read(nameOf(uid, at === null ? sha256sum : archiveName), (at ?? 0) + start, length)
    },
    archive: (uid) => bucket.whole(nameOf(uid, archiveName)),
    remove,
    async sweep(known) {
      await sweepFolder(drafts, { alone: true, nowMs: clock.now() })
      for await (const { name, changedMs } of bucket.list('packages/')) {
        const uid = name.split('/')[1] ?? ''
        // A younger one may be on its way in, by another process.
        if (!known.has(uid) && clock.now() - changedMs > hourMs) await bucket.remove(name)
      }
    },
  }
}
