import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import type { Clock, Log } from '@windlass/platform'
import { StartError } from '../../fleet-error.ts'
import { embeddedPostgres, runningDatabase } from './embedded.ts'
import { holdFolder } from './hold.ts'
import { openPool } from './pool.ts'
import { postgresStore, type Records } from './postgres-store.ts'

/** Our own PostgreSQL below the data folder, or any other, 15 or newer. */
export type DatabaseChoice = { kind: 'embedded' } | { kind: 'url'; url: string }

/** `lost` resolves when the database went away by itself. `alone`: no other process of the fleet can be there. */
export interface Database {
  records: Records
  url: string
  alone: boolean
  lost: Promise<Error>
  stop(): Promise<void>
}

interface Server {
  url: string
  lost: Promise<Error>
  stop(): Promise<void>
}

/**
 * A way to the records beside the fleet that may be at work on them. Our own PostgreSQL is started when it does not run.
 * @throws StartError `data_unusable` where there is none
 */
export async function visitDatabase(
  choice: DatabaseChoice,
  data: string,
  ports: { clock: Clock; log: Log },
): Promise<{ url: string; stop(): Promise<void> }> {
  if (choice.kind === 'url') return { url: choice.url, stop: async () => undefined }
  const url = await runningDatabase(join(data, 'database'))
  return url === undefined ? embeddedPostgres(join(data, 'database'), ports) : { url, stop: async () => undefined }
}

/** Opens the records for this process, the only one that uses the folder `data`. `me`: its name. @throws StartError */
export async function openDatabase(
  choice: DatabaseChoice,
  data: string,
  me: string,
  ports: { clock: Clock; log: Log },
): Promise<Database> {
  const server =
    choice.kind === 'embedded'
      ? await embeddedPostgres(join(data, 'database'), ports)
      : await remote(choice, data, ports)
  const pool = openPool(server.url, (error) => ports.log.warning('database connection lost', { why: error.message }))
  try {
    const records = await postgresStore(pool, me)
    const stop = async (): Promise<void> => {
      await records.close()
      await server.stop()
    }
    return { records, url: server.url, alone: choice.kind === 'embedded', lost: server.lost, stop }
  } catch (cause) {
    await pool.end().catch(() => undefined)
    await server.stop()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('database_failed', `expected to bring the tables up to date, got: ${why}`, { cause })
  }
}

async function remote({ url }: { url: string }, data: string, { clock }: { clock: Clock }): Promise<Server> {
  try {
    const hold = await holdFolder(url, data, clock, `${hostname()}:${resolve(data)}`)
    return { url, lost: hold.lost, stop: hold.release }
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('database_failed', `expected PostgreSQL at the address given, got: ${why}`, { cause })
  }
}
