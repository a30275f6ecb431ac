import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { isSha256, type Sha256 } from '@windlass/model'
import type { Random } from '@windlass/platform'
import { decodeNote, encodeNote, type PushedObject, type PushFiles, type PushNote } from '../packages/push-files.ts'
import { packed } from './packed.ts'
import type { Bucket } from './s3-place.ts'
import { bounded, writeSynced } from './written-files.ts'

/** Pieces of packages in a bucket: `pushes/<uid>/`, the note and the objects. A package is made of them in `drafts`. */
export function s3Pushes(bucket: Bucket, drafts: string, random: Random): PushFiles {
  const nameOf = (uid: string, file: string): string => `pushes/${uid}/${file}`
  const noteOf = (uid: string): string => nameOf(uid, 'push.json')

  async function* pack(uid: Sha256, note: PushNote, objects: readonly PushedObject[]) {
    const folder = join(drafts, Buffer.from(random.bytes(12)).toString('hex'))
    await mkdir(folder)
    try {
      const files = objects.map((object) => ({ ...object, path: join(folder, object.sha256sum) }))
      for (const { sha256sum, path } of files) await writeSynced(path, await bucket.whole(nameOf(uid, sha256sum)))
      yield* packed(join(folder, 'package'), note, files)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  return {
    begin: (uid, note) => bucket.put(noteOf(uid), Readable.from([Buffer.from(encodeNote(note))])),
    async note(uid) {
      const text = await bucket.text(noteOf(uid))
      return text === undefined ? undefined : decodeNote(text)
    },
    async has(uid, object) {
      for await (const { name } of bucket.list(nameOf(uid, object))) if (name === nameOf(uid, object)) return true
      return false
    },
    async put(uid, object, body, maxBytes) {
      const failure: { error?: unknown } = {}
      const chunks = noting(bounded(body, maxBytes, { bytes: 0 }), failure)
      await bucket.put(nameOf(uid, object), Readable.from(chunks, { objectMode: false })).catch((error: unknown) => {
        throw failure.error ?? error
      })
    },
    pack,
    async discard(uid) {
      for await (const { name } of bucket.list(nameOf(uid, ''))) await bucket.remove(name)
    },
    async begun() {
      const newest = new Map<Sha256, number>()
      for await (const { name, changedMs } of bucket.list('pushes/')) {
        const uid = name.split('/')[1] ?? ''
        if (isSha256(uid)) newest.set(uid, Math.max(changedMs, newest.get(uid) ?? 0))
      }
      return [...newest].map(([uid, changedMs]) => ({ uid, changedMs }))
    },
  }
}

/** The client of the store wraps what a body failed with. */
async function* noting(chunks: AsyncIterable<Uint8Array>, failure: { error?: unknown }): AsyncIterable<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    failure.error = error
    throw error
  }
}
