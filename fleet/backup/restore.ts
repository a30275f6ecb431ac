import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Sha256 } from '@windlass/model'
import type { BlobPlace } from '../blobs/place.ts'
import { StartError } from '../fleet-error.ts'
import type { Draft } from '../packages/package-files.ts'
import { type About, type BackupEntry, readBackup } from './archive.ts'
import type { Filling, Part, TableShape } from './records.ts'

export interface RestorePorts {
  placeOf(project: string | null): Promise<BlobPlace>
  /** Gets the tables of all projects to where the backup's were. */
  open(about: About): Promise<Filling>
}

/** Where one project goes. */
interface Target {
  part: Part
  place: BlobPlace
  packages: ReturnType<typeof packagesInto>
}

/**
 * Fills empty records and places that are nobody's, those of the default project and of all others. The records come last and at once,
 * so that a restore which was cut off is none, and can be done again.
 */
export async function restore(path: string, ports: RestorePorts): Promise<{ about: About }> {
  let begun: Restoring | undefined
  try {
    for await (const entry of readBackup(path)) {
      if ('format' in entry) begun = await begin(entry, ports)
      else if (!begun) throw new StartError('backup_failed', `expected ${path} to begin with about.json`)
      else await take(entry, begun)
    }
    if (!begun) throw new StartError('backup_failed', `expected a backup at ${path}, got an empty file`)
    await finish(begun)
    return { about: begun.about }
  } finally {
    for (const { packages } of begun?.targets.values() ?? []) await packages.discard()
    await begun?.filling.close()
  }
}

interface Restoring {
  about: About
  filling: Filling
  tables: ReturnType<typeof tablesInto>
  targets: ReadonlyMap<string | null, Target>
}

/** Before anything is written: whether all of it may go where it goes. */
async function begin(about: About, { placeOf, open }: RestorePorts): Promise<Restoring> {
  const targets = new Map<string | null, Target>()
  for (const part of [{ ...about, name: null }, ...about.projects]) {
    const place = await placeOf(part.name)
    await checkOwner(place, part)
    targets.set(part.name, { part, place, packages: packagesInto(place) })
  }
  const filling = await open(about)
  return { about, filling, tables: tablesInto(filling), targets }
}

async function finish({ filling, tables, targets }: Restoring): Promise<void> {
  await tables.done()
  for (const { packages } of targets.values()) await packages.done()
  // Before the records: a place that is given and has no records yet is taken again by the same restore.
  for (const { place, part } of targets.values())
    if (part.fleet !== null && (await place.owner()) === undefined) await place.give(part.fleet)
  await filling.commit()
}

async function checkOwner(place: BlobPlace, { name, fleet }: Part & { name: string | null }): Promise<void> {
  const owner = await place.owner()
  if (owner === undefined || owner === fleet) return
  const whose = name === null ? '' : ` of the project ${name}`
  throw new StartError('restore_refused', `expected a place for blobs${whose} that is nobody's, got that of ${owner}`)
}

async function take({ name, size, body }: BackupEntry, { tables, targets }: Restoring): Promise<void> {
  const [, project = null, rest = ''] = /^(?:projects\/([^/]+)\/)?(.*)$/.exec(name) ?? []
  const target = targets.get(project)
  if (!target) throw new StartError('backup_failed', `expected a project of about.json, got ${name}`)
  const [kind, first = '', file = ''] = rest.split('/')
  if (kind === 'tables') return tables.take(project, shapeIn(target.part, first), body)
  // COPY keeps the connection to itself until it ends.
  await tables.done()
  if (kind === 'packages') return target.packages.take(first, file, size, body)
  if (kind === 'blobs') return void (await target.place.blobs.put(first, body, size))
  throw new StartError('backup_failed', `expected tables, packages and blobs, got ${name}`)
}

function shapeIn({ tables }: Part, name: string): TableShape {
  const shape = tables.find((table) => table.name === name)
  if (!shape) throw new StartError('backup_failed', `expected a table of about.json, got ${name}`)
  return shape
}

/** Pieces of one table come one after another, and may end in the middle of a row. */
function tablesInto(filling: Filling) {
  let current: { shape: TableShape; into: Writable; written: Promise<void> } | undefined
  const done = async (): Promise<void> => {
    current?.into.end()
    await current?.written
    current = undefined
  }
  return {
    async take(project: string | null, shape: TableShape, body: AsyncIterable<Uint8Array>): Promise<void> {
      if (current?.shape !== shape) {
        await done()
        const into = await filling.into(project, shape)
        current = { shape, into, written: finished(into) }
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
