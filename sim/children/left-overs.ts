import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@windlass/platform'
import { kill } from './child.ts'
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts'
import type { DemoRecord } from './record.ts'

const graceMs = 25_000
const lookEveryMs = 50

/** Ends what an earlier demo left running: its children by their recorded identity, and the fleet's database. */
export async function stopLeftOvers(record: DemoRecord, fleet: string, clock: Clock): Promise<string[]> {
  const stopped: string[] = []
  for (const { name, ...child } of record.children) {
    if (await end(child, 'SIGTERM', clock)) stopped.push(name)
  }
  const database = await databaseOf(fleet)
  // SIGINT is PostgreSQL's fast shutdown.
  if (database && (await end(database, 'SIGINT', clock))) stopped.push('database')
  return stopped
}

/** The PostgreSQL whose data is in this fleet's folder: its own file names it, its command line proves it. */
export async function databaseOf(fleet: string): Promise<ProcessIdentity | undefined> {
  const cluster = join(fleet, 'database', 'cluster')
  const pid = Number.parseInt(await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => ''), 10)
  if (!(pid > 1)) return undefined
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.split('\0').includes(cluster) ? identityOf(pid) : undefined
}

/** False when it had ended before. */
async function end(process: ProcessIdentity, signal: NodeJS.Signals, clock: Clock): Promise<boolean> {
  if (!(await isAlive(process))) return false
  kill(process.pid, signal)
  for (let waited = 0; waited < graceMs; waited += lookEveryMs) {
    if (!(await isAlive(process))) return true
    await clock.sleep(lookEveryMs)
  }
  if (await isAlive(process)) kill(process.pid, 'SIGKILL')
  return true
}
