import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import type { Clock, Log } from '@windlass/platform'
import { StartError } from '../../fleet-error.ts'
import { noTracing, type Tracing } from '../../telemetry/tracing.ts'
import { embeddedPostgres, runningDatabase } from './embedded.ts'
import { holdFolder } from './hold.ts'
import { openPool } from './pool.ts'
import { postgresStore, type Records } from './postgres-store.ts'
import { inSchema, schemaOf } from './schema.ts'
import { traceStatements } from './trace-statements.ts'

/** Our own PostgreSQL below the data folder, or any other, 15 or newer. */
export type DatabaseChoice = { kind: 'embedded' } | { kind: 'url'; url: string }

/** `lost` resolves when the database went away by itself. `alone`: no other process of the fleet can be there. */
export interface DatabaseServer {
  url: string
  alone: boolean
  lost: Promise<Error>
  stop(): Promise<void>
}

/** The records of one project. */
export interface Database {
  records: Records
  url: string
  alone: boolean
}

interface DatabasePorts {
  clock: Clock
  log: Log
}

/**
 * A way to the records beside the fleet that may be at work on them. Our own PostgreSQL is started when it does not run.
 * @throws StartError `data_unusable` where there is none
 */
export async function visitDatabase(
  choice: DatabaseChoice,
  data: string,
  ports: DatabasePorts,
): Promise<{ url: string; stop(): Promise<void> }> {
  if (choice.kind === 'url') return { url: choice.url, stop: async () => undefined }
  const url = await runningDatabase(join(data, 'database'))
  return url === undefined ? embeddedPostgres(join(data, 'database'), ports) : { url, stop: async () => undefined }
}

/** The database for this process, the only one that uses the folder `data`. @throws StartError */
export async function openServer(choice: DatabaseChoice, data: string, ports: DatabasePorts): Promise<DatabaseServer> {
  if (choice.kind === 'url') return { ...(await remote(choice, data, ports)), alone: false }
  return { ...(await embeddedPostgres(join(data, 'database'), ports)), alone: true }
}

// Most projects are small, and a database has a hundred connections for all of them.
const poolSizes = { first: 16, others: 4 }

/** The records of a project for the process named `me`, with their tables brought up to date. @throws StartError */
export async function openRecords(
  server: Pick<DatabaseServer, 'url' | 'alone'>,
  project: string | null,
  me: string,
  { log, tracing = noTracing }: { log: Log; tracing?: Tracing },
): Promise<Database> {
  const schema = schemaOf(project)
  const url = inSchema(server.url, schema)
  const onError = (error: Error) => log.warning('database connection lost', { why: error.message })
  const pool = openPool(url, onError, { schema, max: project === null ? poolSizes.first : poolSizes.others })
  traceStatements(pool, tracing)
  try {
    return { records: await postgresStore(pool, me), url, alone: server.alone }
  } catch (cause) {
    await pool.end().catch(() => undefined)
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('database_failed', `expected to bring the tables up to date, got: ${why}`, { cause })
  }
}

async function remote(
  { url }: { url: string },
  data: string,
  { clock }: { clock: Clock },
): Promise<Omit<DatabaseServer, 'alone'>> {
  try {
    const hold = await holdFolder(url, data, clock, `${hostname()}:${resolve(data)}`)
    return { url, lost: hold.lost, stop: hold.release }
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('database_failed', `expected PostgreSQL at the address given, got: ${why}`, { cause })
  }
}
