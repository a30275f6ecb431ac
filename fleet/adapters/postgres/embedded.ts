import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, type Log, type Random, systemRandom } from '@windlass/platform'
import { StartError } from '../../fleet-error.ts'
import { freePort } from './free-port.ts'
import { type Hold, holdFolder } from './hold.ts'
import { findPostmaster, type Postmaster, removeStalePid, stopPostmaster, untilGone, untilReady } from './postmaster.ts'
import { findPrograms, type Programs } from './programs.ts'
import { type RunsAs, runsAs } from './runs-as.ts'

/** Our own PostgreSQL. `lost` resolves when it went away by itself; `stop` ends it and returns when it is down. */
export interface EmbeddedPostgres {
  url: string
  lost: Promise<Error>
  stop(): Promise<void>
}

const initTimeoutMs = 120_000
const readyTimeoutMs = 60_000

interface Held {
  url: string
  hold: Hold
}

interface Place {
  cluster: string
  password: string
  log: string
  programs: Programs
  as: RunsAs
}

/**
 * PostgreSQL in one folder, on a free port of 127.0.0.1, with a password of its own. Made at the first start.
 *
 * A server that outlived a killed fleet is taken over. One that another living fleet uses is left alone.
 * @throws StartError `data_in_use`, `data_unusable`, `database_failed`
 */
export async function embeddedPostgres(
  folder: string,
  { clock, log, random = systemRandom }: { clock: Clock; log: Log; random?: Random },
): Promise<EmbeddedPostgres> {
  const place = await prepare(folder)
  if (!(await exists(place.cluster))) await initialise(place, random)
  const { url, hold } = await held(place, folder, { clock, log })
  return {
    url,
    lost: hold.lost,
    async stop() {
      await hold.release()
      await stopPostmaster(place.cluster, clock)
    },
  }
}

/** One that begins to shut down just as it is taken over is waited for, and started anew. */
async function held(place: Place, folder: string, { clock, log }: { clock: Clock; log: Log }): Promise<Held> {
  for (let tries = 2; ; tries -= 1) {
    const url = await addressOf(place.password, await running(place, clock, log))
    try {
      return { url, hold: await holdFolder(url, folder, clock) }
    } catch (error) {
      if (error instanceof StartError) throw error
      if (tries > 1 && isShuttingDown(error) && (await untilGone(place.cluster, clock, readyTimeoutMs))) continue
      await stopPostmaster(place.cluster, clock)
      throw await failed(place, `it cannot be reached: ${String(error)}`)
    }
  }
}

/** PostgreSQL's own word for it, or there is nobody any more. */
function isShuttingDown(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown }
  return code === '57P03' || code === '57P01' || code === 'ECONNREFUSED' || code === 'ECONNRESET'
}

/** The address of the PostgreSQL at work in a folder; undefined where it does not run. @throws StartError where there is none */
export async function runningDatabase(folder: string): Promise<string | undefined> {
  const cluster = join(folder, 'cluster')
  if (!(await exists(cluster))) throw new StartError('data_unusable', `expected the database of a fleet in ${folder}`)
  const found = await findPostmaster(await realpath(cluster))
  return found?.status === 'ready' ? addressOf(join(folder, 'password'), found) : undefined
}

async function addressOf(passwordFile: string, { port }: Postmaster): Promise<string> {
  const password = (await readFile(passwordFile, 'utf8')).trim()
  return `postgresql://windlass:${password}@127.0.0.1:${port}/postgres`
}

async function prepare(folder: string): Promise<Place> {
  try {
    await mkdir(folder, { recursive: true })
    const home = await realpath(folder)
    const programs = findPrograms()
    const as = await runsAs([home, programs.postgres])
    if (as.uid !== undefined && as.gid !== undefined) await chown(home, as.uid, as.gid)
    await chmod(home, 0o700)
    return { cluster: join(home, 'cluster'), password: join(home, 'password'), log: join(home, 'log'), programs, as }
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('data_unusable', `expected a folder for the database at ${folder}, got: ${why}`, { cause })
  }
}

// Made beside its place and moved there, so that a first start that was cut off leaves nothing half-made.
async function initialise(place: Place, random: Random): Promise<void> {
  const draft = `${place.cluster}.new`
  await rm(draft, { recursive: true, force: true })
  await writeFile(place.password, `${Buffer.from(random.bytes(24)).toString('base64url')}\n`, { mode: 0o600 })
  if (place.as.uid !== undefined && place.as.gid !== undefined) await chown(place.password, place.as.uid, place.as.gid)
  const args = ['-D', draft, '-U', 'windlass', `--pwfile=${place.password}`, '--auth=scram-sha-256', '--encoding=UTF8']
  const child = await launch(place, place.programs.initdb, [...args, '--locale=C', '--no-instructions'])
  const timeout = setTimeout(() => child.kill('SIGKILL'), initTimeoutMs)
  const [code] = await once(child, 'exit')
  clearTimeout(timeout)
  if (code !== 0) throw await failed(place, `initdb ended with ${code}`)
  await rename(draft, place.cluster)
}

async function running(place: Place, clock: Clock, log: Log): Promise<Postmaster> {
  const found = await findPostmaster(place.cluster)
  if (found?.status === 'stopping') {
    if (!(await untilGone(place.cluster, clock, readyTimeoutMs)))
      throw new StartError(
        'database_failed',
        `expected PostgreSQL ${found.pid}, which is stopping, to end within ${readyTimeoutMs} ms`,
      )
  } else if (found) {
    log.warning('database was left running, taking it over', { pid: found.pid })
    return untilReady(place.cluster, clock, readyTimeoutMs)
  }
  return start(place, clock)
}

// The port is free when we look, which is not a promise: the next one is tried when it is taken meanwhile.
async function start(place: Place, clock: Clock): Promise<Postmaster> {
  for (let tries = 3; ; tries -= 1) {
    await removeStalePid(place.cluster)
    const child = await launch(place, place.programs.postgres, ['-D', place.cluster, ...(await settings())])
    const ended = new AbortController()
    const onExit = (code: number | null): void => ended.abort(new Error(`postgres ended with ${code}`))
    child.once('exit', onExit).unref()
    try {
      return await untilReady(place.cluster, clock, readyTimeoutMs, ended.signal)
    } catch (error) {
      if (tries === 1 || error instanceof StartError) throw await failed(place, String(error))
    } finally {
      child.off('exit', onExit)
    }
  }
}

async function settings(): Promise<string[]> {
  const given = {
    listen_addresses: '127.0.0.1',
    port: String(await freePort()),
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '64MB',
    huge_pages: 'off',
  }
  return Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** Detached: a Ctrl-C in the terminal is for the fleet, which then stops its database last. */
async function launch({ as, log }: Place, program: string, args: readonly string[]) {
  const [command = program, ...rest] = [...as.prefix, program, ...args]
  const output = await open(log, 'a')
  try {
    const identity =
      as.prefix.length === 0 && as.uid !== undefined && as.gid !== undefined ? { uid: as.uid, gid: as.gid } : {}
    const child = spawn(command, rest, {
      ...identity,
      cwd: '/',
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { ...process.env, LC_ALL: 'C' },
    })
    await once(child, 'spawn')
    return child
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('database_failed', `expected ${command} to start, got: ${why}`, { cause })
  } finally {
    await output.close()
  }
}

async function failed({ log }: Place, what: string): Promise<StartError> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-5)
  return new StartError('database_failed', `expected PostgreSQL to start, but ${what} (${log}): ${lines.join(' | ')}`)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
