import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Sha256 } from '@windlass/model'
import type { BlobPlace } from '../blobs/place.ts'
import { StartError } from '../fleet-error.ts'
import type { Draft } from '../packages/package-files.ts'
import { type About, type BackupEntry, readBackup } from './archive.ts'
import type { Filling } from './records.ts'

/**
 * Fills empty records and a place that is nobody's. The records come last and at once, so that a restore which was cut off is
 * none, and can be done again. `open` gets the tables to where the backup's were.
 */
export async function restore(
  path: string,
  place: BlobPlace,
  open: (about: About) => Promise<Filling>,
): Promise<{ about: About }> {
  let about: About | undefined
  let filling: Filling | undefined
  let tables: ReturnType<typeof tablesInto> | undefined
  const packages = packagesInto(place)
  try {
    for await (const part of readBackup(path)) {
      if ('format' in part) {
        about = part
        await checkOwner(place, part.fleet)
        filling = await open(part)
        tables = tablesInto(filling, part.tables)
      } else if (!tables) throw new StartError('backup_failed', `expected ${path} to begin with about.json`)
      else await take(part, tables, packages, place)
    }
    await tables?.done()
    if (!about || !filling) throw new StartError('backup_failed', `expected a backup at ${path}, got an empty file`)
    await packages.done()
    // Before the records: a place that is given and has no records yet is taken again by the same restore.
    if ((await place.owner()) === undefined) await place.give(about.fleet)
    await filling.commit()
    return { about }
  } finally {
    await packages.discard()
    await filling?.close()
  }
}

async function checkOwner(place: BlobPlace, fleet: string): Promise<void> {
  const owner = await place.owner()
  if (owner !== undefined && owner !== fleet)
    throw new StartError('restore_refused', `expected a place for blobs that is nobody's, got that of fleet ${owner}`)
}

async function take(
  { name, size, body }: BackupEntry,
  tables: ReturnType<typeof tablesInto>,
  packages: ReturnType<typeof packagesInto>,
  place: BlobPlace,
): Promise<void> {
  const [kind, first = '', file = ''] = name.split('/')
  if (kind === 'tables') return tables.take(first, body)
  // COPY keeps the connection to itself until it ends.
  await tables.done()
  if (kind === 'packages') return packages.take(first, file, size, body)
  if (kind === 'blobs') return void (await place.blobs.put(first, body, size))
  throw new StartError('backup_failed', `expected tables, packages and blobs, got ${name}`)
}

/** Pieces of one table come one after another, and may end in the middle of a row. */
function tablesInto(filling: Filling, shapes: About['tables']) {
  let current: { name: string; into: Writable; written: Promise<void> } | undefined
  const done = async (): Promise<void> => {
    current?.into.end()
    await current?.written
    current = undefined
  }
  return {
    async take(name: string, body: AsyncIterable<Uint8Array>): Promise<void> {
      if (current?.name !== name) {
        await done()
        const shape = shapes.find((table) => table.name === name)
        if (!shape) throw new StartError('backup_failed', `expected a table of about.json, got ${name}`)
        const into = filling.into(shape)
        current = { name, into, written: finished(into) }
        current.written.catch(() => undefined)
      }
      for await (const chunk of body)
        if (!current.into.write(chunk)) await Promise.race([once(current.into, 'drain'), current.written])
    },
    done,
  }
}

/** A package is one archive and what follows under the same uid. */
function packagesInto(place: BlobPlace) {
  let current: { uid: string; draft: Draft } | undefined
  const done = async (): Promise<void> => {
    await current?.draft.keep(current.uid as Sha256)
    await current?.draft.discard()
    current = undefined
  }
  return {
    async take(uid: string, file: string, size: number, body: AsyncIterable<Uint8Array>): Promise<void> {
      if (file === 'archive') {
        await done()
        current = { uid, draft: await place.packages.draft() }
        await current.draft.fill(body, size)
      } else if (current?.uid === uid) await current.draft.putObject(file as Sha256, body)
      else throw new StartError('backup_failed', `expected the archive of ${uid} before its objects`)
    },
    done,
    discard: async (): Promise<void> => current?.draft.discard(),
  }
}
