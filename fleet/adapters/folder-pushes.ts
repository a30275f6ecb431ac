import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSha256 } from '@windlass/model'
import type { Random } from '@windlass/platform'
import { decodeNote, encodeNote, type PushFiles } from '../packages/push-files.ts'
import { packed } from './packed.ts'
import { absent, bounded, writeSynced } from './written-files.ts'

const noteName = 'push.json'

/** Pieces of packages in a folder, one folder for each package. Several processes may share it. */
export async function folderPushes(folder: string, random: Random): Promise<PushFiles> {
  await mkdir(folder, { recursive: true })
  const draft = (uid: string): string => join(folder, uid, `${Buffer.from(random.bytes(12)).toString('hex')}.part`)
  return {
    async begin(uid, note) {
      await mkdir(join(folder, uid), { recursive: true })
      const part = draft(uid)
      await writeFile(part, encodeNote(note))
      await rename(part, join(folder, uid, noteName))
    },
    async note(uid) {
      const text = await readFile(join(folder, uid, noteName), 'utf8').catch(absent)
      return text === undefined ? undefined : decodeNote(text)
    },
    has: async (uid, object) => (await stat(join(folder, uid, object)).catch(absent)) !== undefined,
    async put(uid, object, body, maxBytes) {
      const part = draft(uid)
      try {
        await writeSynced(part, bounded(body, maxBytes, { bytes: 0 }))
        await rename(part, join(folder, uid, object))
      } finally {
        await rm(part, { force: true })
      }
    },
    pack: (uid, note, objects) =>
      packed(
        draft(uid),
        note,
        objects.map((object) => ({ ...object, path: join(folder, uid, object.sha256sum) })),
      ),
    discard: (uid) => rm(join(folder, uid), { recursive: true, force: true }),
    async begun() {
      const uids = (await readdir(folder)).filter(isSha256)
      const facts = await Promise.all(uids.map((uid) => stat(join(folder, uid)).catch(absent)))
      return uids.flatMap((uid, at) => (facts[at] ? [{ uid, changedMs: facts[at].mtimeMs }] : []))
    },
  }
}
