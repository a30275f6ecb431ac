import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { familyOf, processorSeconds } from '../install/proc.ts'

/** Processor seconds that were used so far: by a server, by the PostgreSQL it asks, by the load that this process started and that ended. */
export interface Used {
  server: number
  database: number
  load: number
}

/** The main process of the PostgreSQL that is asked; undefined where it is on another machine. */
export async function postmasterOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  try {
    const stat = readFileSync(`/proc/${rows[0]?.pid}/stat`, 'utf8')
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return stat.includes('(postgres)') ? Number(parent) : undefined
  } catch {
    return undefined
  }
}

export function usedBy(server: number, postmaster: number | undefined): Used {
  // Backends that ended meanwhile are in what their parent has waited for.
  const database = postmaster === undefined ? NaN : sum(familyOf(postmaster).map((pid) => processorSeconds(pid).own))
  const ended = postmaster === undefined ? 0 : processorSeconds(postmaster).children
  const load = processorSeconds(process.pid).children
  return { server: processorSeconds(server).own, database: database + ended, load }
}

/** What each of `times` cost, in microseconds. */
export function costOf(before: Used, after: Used, times: number): Used {
  const of = (part: keyof Used) => ((after[part] - before[part]) / times) * 1e6
  return { server: of('server'), database: of('database'), load: of('load') }
}

function sum(some: readonly number[]): number {
  return some.reduce((total, one) => total + one, 0)
}
