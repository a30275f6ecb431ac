import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@windlass/platform'
import { StartError } from '../../fleet-error.ts'

/** A PostgreSQL server at work on a data folder, as its `postmaster.pid` tells. */
export interface Postmaster {
  pid: number
  port: number
  /** `starting`, `ready`, `stopping`, or empty before it has said. */
  status: string
}

const pollMs = 20

/** The server that has this data folder; undefined when there is none, or only what a dead one left behind. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(pidFile(cluster), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const lines = text.split('\n').map((line) => line.trim())
  const pid = Number(lines[0])
  if (!(await isPostgres(pid, cluster))) return undefined
  return { pid, port: Number(lines[3]), status: lines[7] ?? '' }
}

/** After a crash the number may belong to any other process by now, which PostgreSQL itself cannot always tell. */
export async function removeStalePid(cluster: string): Promise<void> {
  await rm(pidFile(cluster), { force: true })
}

/** Waits until it takes connections. @throws StartError when `timeoutMs` pass; the signal's reason */
export async function untilReady(
  cluster: string,
  clock: Clock,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Postmaster> {
  for (let waited = 0; waited < timeoutMs; waited += pollMs) {
    const found = await findPostmaster(cluster)
    if (found?.status === 'ready') return found
    await clock.sleep(pollMs, signal)
  }
  throw new StartError('database_failed', `expected PostgreSQL in ${cluster} to be ready within ${timeoutMs} ms`)
}

/** Ends it in order: sessions are cut, everything is written, the next start needs no recovery. */
export async function stopPostmaster(cluster: string, clock: Clock): Promise<void> {
  await signal(cluster, 'SIGINT')
  await untilGone(cluster, clock, 20_000)
  await signal(cluster, 'SIGQUIT')
}

/** Whether it ended within that time. */
export async function untilGone(cluster: string, clock: Clock, timeoutMs: number): Promise<boolean> {
  for (let waited = 0; waited < timeoutMs; waited += pollMs) {
    if (!(await findPostmaster(cluster))) return true
    await clock.sleep(pollMs)
  }
  return false
}

async function isPostgres(pid: number, cluster: string): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid < 2) return false
  // A zombie, which a container without init keeps for ever, has an empty command line.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.split('\0').includes(cluster)
}

// Looked up each time: the number of a server that ended by itself may be somebody else's by now.
async function signal(cluster: string, name: NodeJS.Signals): Promise<void> {
  const found = await findPostmaster(cluster)
  if (!found) return
  try {
    process.kill(found.pid, name)
  } catch {
    // gone since
  }
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid')
}
