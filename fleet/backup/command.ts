import { readFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Clock, createLog, type Log, type Random, systemClock, systemRandom } from '@windlass/platform'
import { openPlace } from '../adapters/open-place.ts'
import { fillingOf, snapshotOf } from '../adapters/postgres/copy-tables.ts'
import { visitDatabase } from '../adapters/postgres/database.ts'
import { type EmbeddedPostgres, embeddedPostgres } from '../adapters/postgres/embedded.ts'
import { openPool } from '../adapters/postgres/pool.ts'
import { migratedTo } from '../adapters/postgres/postgres-store.ts'
import { findPostmaster, stopPostmaster } from '../adapters/postgres/postmaster.ts'
import { projectsAt } from '../adapters/postgres/project-facts.ts'
import { syncFolder } from '../adapters/written-files.ts'
import type { BlobPlace } from '../blobs/place.ts'
import { StartError } from '../fleet-error.ts'
import manifest from '../package.json' with { type: 'json' }
import { type FleetSettings, readSettings } from '../settings.ts'
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
    await refuseProjects(database.url)
    const counts = await backUpTo(resolve(out), settings, database.url, ports)
    const { tables, packages, blobs } = counts
    process.stdout.write(`${out}: ${tables} tables, ${packages} packages, ${blobs} blobs\n`)
    return 0
  } finally {
    await database.stop()
  }
}

/** Better none than one that looks whole and is not. */
async function refuseProjects(url: string): Promise<void> {
  const projects = await projectsAt(url)
  if (projects.length === 0) return
  const names = projects.join(', ')
  throw new StartError('backup_failed', `expected a fleet without projects, which no backup takes yet, got ${names}`)
}

async function backUpTo(out: string, settings: FleetSettings, url: string, ports: Ports) {
  const snapshot = await snapshotOf(url)
  try {
    const place = await placeOf(settings, ports)
    const at = new Date(ports.clock.now()).toISOString()
    return await backUp(out, snapshot, place, { windlass: manifest.version, at })
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
  process.stdout.write(`${settings.data}: the fleet as it was at ${about.at}\n`)
  return 0
}

async function restoreTo(file: string, settings: FleetSettings, ports: Ports): Promise<{ about: About }> {
  const place = await placeOf(settings, ports)
  const { database } = settings
  if (database.kind === 'url') return restoreFrom(file, place, (about) => openEmpty(database.url, about))
  const final = join(settings.data, 'database')
  if (await exists(final)) throw new StartError('restore_refused', `expected no database at ${final}, got one`)
  // Made beside its place, as the first start does: a restore that was cut off leaves nothing that looks like a fleet.
  const draft = `${final}.restoring`
  await removeDraft(draft, ports.clock)
  const server = await embeddedPostgres(draft, ports)
  const restored = await restoreInto(server, file, place)
  await rename(draft, final)
  await syncFolder(settings.data)
  return restored
}

async function restoreInto(server: EmbeddedPostgres, file: string, place: BlobPlace): Promise<{ about: About }> {
  try {
    return await restoreFrom(file, place, (about) => openEmpty(server.url, about))
  } finally {
    await server.stop()
  }
}

async function openEmpty(url: string, about: About): Promise<Filling> {
  const pool = openPool(url, () => undefined)
  try {
    await migratedTo(pool, about.schema)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('restore_refused', `expected tables for a backup of ${about.windlass}, got: ${why}`, { cause })
  }
  return fillingOf(url)
}

async function removeDraft(draft: string, clock: Clock): Promise<void> {
  const cluster = join(draft, 'cluster')
  if (await findPostmaster(cluster)) await stopPostmaster(cluster, clock)
  await rm(draft, { recursive: true, force: true })
}

function placeOf({ blobs, data }: FleetSettings, ports: Ports) {
  // Not alone: a fleet may be at work there, whose uploads are not ours to sweep.
  return openPlace(blobs ?? { kind: 'folder', path: data }, join(data, 'scratch'), { ...ports, alone: false })
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
