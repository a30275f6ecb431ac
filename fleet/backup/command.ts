import { readFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Clock, createLog, type Log, type Random, systemClock, systemRandom } from '@windlass/platform'
import { fillingOf } from '../adapters/postgres/copy-in.ts'
import { snapshotOf } from '../adapters/postgres/copy-out.ts'
import { visitDatabase } from '../adapters/postgres/database.ts'
import { type EmbeddedPostgres, embeddedPostgres } from '../adapters/postgres/embedded.ts'
import { openPool } from '../adapters/postgres/pool.ts'
import { migratedTo } from '../adapters/postgres/postgres-store.ts'
import { findPostmaster, stopPostmaster } from '../adapters/postgres/postmaster.ts'
import { inSchema, makeSchema, schemaOf } from '../adapters/postgres/schema.ts'
import { syncFolder } from '../adapters/written-files.ts'
import { StartError } from '../fleet-error.ts'
import manifest from '../package.json' with { type: 'json' }
import { placeOf } from '../project-place.ts'
import { readSettings } from '../settings/read-settings.ts'
import type { FleetSettings } from '../settings/settings.ts'
import type { About } from './archive.ts'
import { backUp } from './backup.ts'
import type { Filling } from './records.ts'
import { restore as restoreFrom } from './restore.ts'

type Ports = { clock: Clock; log: Log; random: Random }

const portsOf = (): Ports => ({ clock: systemClock, log: createLog([], Date.now), random: systemRandom })
const read = (path: string): Promise<string> => readFile(path, 'utf8')

/** `windlass fleet backup --out FILE`. Returns the exit code. @throws StartError */
export async function backup(argv: readonly string[]): Promise<number> {
  const { own: out, rest } = takeOut(argv)
  const settings = await readSettings(rest, read)
  const ports = portsOf()
  const database = await visitDatabase(settings.database, settings.data, ports)
  try {
    const { counts, leftOut } = await backUpTo(resolve(out), settings, database.url, ports)
    for (const { project, tables, packages, blobs } of counts) {
      const whose = project === null ? out : `  project ${project}`
      process.stdout.write(`${whose}: ${tables} tables, ${packages} packages, ${blobs} blobs\n`)
    }
    for (const { name, state } of leftOut) process.stdout.write(`  project ${name}: left out, ${becomes[state]}\n`)
    return 0
  } finally {
    await database.stop()
  }
}

/** What a fleet that is restored makes of the line of a project of which there was nothing else. */
const becomes = {
  creating: 'it was being made, and begins anew where this is restored',
  removing: 'it was being removed, and is gone where this is restored',
}

async function backUpTo(out: string, settings: FleetSettings, url: string, ports: Ports) {
  const snapshot = await snapshotOf(url)
  try {
    const at = new Date(ports.clock.now()).toISOString()
    const counts = await backUp(out, snapshot, placesOf(settings, ports), { windlass: manifest.version, at })
    return { counts, leftOut: snapshot.leftOut }
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('backup_failed', `expected to write a backup to ${out}, got: ${why}`, { cause })
  } finally {
    await snapshot.close()
  }
}

/** `windlass fleet restore FILE`. Returns the exit code. @throws StartError */
export async function restore(argv: readonly string[]): Promise<number> {
  const [file, ...rest] = argv
  if (file === undefined || file.startsWith('-')) throw invalid('restore: expected a FILE first')
  const settings = await readSettings(rest, read)
  const { about } = await restoreTo(resolve(file), settings, portsOf()).catch((cause: unknown) => {
    if (cause instanceof StartError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('backup_failed', `expected to restore ${file}, got: ${why}`, { cause })
  })
  const projects = about.projects.map(({ name }) => name)
  const beside = projects.length === 0 ? '' : `, with the projects ${projects.join(', ')}`
  process.stdout.write(`${settings.data}: the fleet as it was at ${about.at}${beside}\n`)
  return 0
}

async function restoreTo(file: string, settings: FleetSettings, ports: Ports): Promise<{ about: About }> {
  const { database } = settings
  if (database.kind === 'url') return restoreInto(database.url, file, settings, ports)
  const final = join(settings.data, 'database')
  if (await exists(final)) throw new StartError('restore_refused', `expected no database at ${final}, got one`)
  // Made beside its place, as the first start does: a restore that was cut off leaves nothing that looks like a fleet.
  const draft = `${final}.restoring`
  await removeDraft(draft, ports.clock)
  const server = await embeddedPostgres(draft, ports)
  const restored = await andStop(server, () => restoreInto(server.url, file, settings, ports))
  await rename(draft, final)
  await syncFolder(settings.data)
  return restored
}

async function andStop<T>(server: EmbeddedPostgres, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await server.stop()
  }
}

function restoreInto(url: string, file: string, settings: FleetSettings, ports: Ports): Promise<{ about: About }> {
  return restoreFrom(file, {
    placeOf: placesOf(settings, ports),
    open: (about) => openEmpty(url, about),
  })
}

/** Schemas of projects that a restore which was cut off has left are empty, and are taken for its own by the next. */
async function openEmpty(url: string, about: About): Promise<Filling> {
  await bringTo(url, about.schema, about)
  for (const { name, schema } of about.projects) {
    const own = schemaOf(name) ?? ''
    await makeSchema(url, own)
    await bringTo(inSchema(url, own), schema, about)
  }
  return fillingOf(
    url,
    about.projects.map(({ name }) => name),
  )
}

async function bringTo(url: string, step: string, { windlass }: About): Promise<void> {
  const pool = openPool(url, () => undefined)
  try {
    await migratedTo(pool, step)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('restore_refused', `expected tables for a backup of ${windlass}, got: ${why}`, { cause })
  }
}

async function removeDraft(draft: string, clock: Clock): Promise<void> {
  const cluster = join(draft, 'cluster')
  if (await findPostmaster(cluster)) await stopPostmaster(cluster, clock)
  await rm(draft, { recursive: true, force: true })
}

/** Not alone: a fleet may be at work there, whose uploads are not ours to sweep. */
function placesOf(settings: FleetSettings, ports: Ports) {
  return (project: string | null) => placeOf(settings, project, { ...ports, alone: false })
}

function takeOut(argv: readonly string[]): { own: string; rest: string[] } {
  const at = argv.findIndex((arg) => arg === '--out' || arg.startsWith('--out='))
  const given = argv[at] ?? ''
  const own = given.startsWith('--out=') ? given.slice(6) : argv[at + 1]
  if (at < 0 || own === undefined || own === '') throw invalid('backup: expected --out FILE')
  return { own, rest: argv.toSpliced(at, given.startsWith('--out=') ? 1 : 2) }
}

function invalid(message: string): StartError {
  return new StartError('settings_invalid', message)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
