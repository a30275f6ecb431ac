import { join } from 'node:path'
import type { Clock, Log } from '@windlass/platform'
import { StartError } from '../../fleet-error.ts'
import type { Store } from '../../store/store.ts'
import type { UnitStore } from '../../units/unit-store.ts'
import { embeddedPostgres } from './embedded.ts'
import { holdDatabase } from './hold.ts'
import { openPool } from './pool.ts'
import { postgresStore } from './postgres-store.ts'

/** Our own PostgreSQL below the data folder, or any other, 15 or newer. */
export type DatabaseChoice = { kind: 'embedded' } | { kind: 'url'; url: string }

/** `lost` resolves when the database went away by itself. */
export interface Database {
  store: Store & { units: UnitStore }
  lost: Promise<Error>
  stop(): Promise<void>
}

interface Server {
  url: string
  lost: Promise<Error>
  stop(): Promise<void>
}

/** Opens the records; one fleet at a time. @throws StartError */
export async function openDatabase(
  choice: DatabaseChoice,
  data: string,
  ports: { clock: Clock; log: Log },
): Promise<Database> {
  const server =
    choice.kind === 'embedded' ? await embeddedPostgres(join(data, 'database'), ports) : await remote(choice, ports)
  const pool = openPool(server.url, (error) => ports.log.warning('database connection lost', { why: error.message }))
  try {
    const store = await postgresStore(pool)
    const stop = async (): Promise<void> => {
      await store.close()
      await server.stop()
    }
    return { store, lost: server.lost, stop }
  } catch (cause) {
    await pool.end().catch(() => undefined)
    await server.stop()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('database_failed', `expected to bring the tables up to date, got: ${why}`, { cause })
  }
}

async function remote({ url }: { url: string }, { clock }: { clock: Clock }): Promise<Server> {
  try {
    const hold = await holdDatabase(url, 'the database', clock)
    return { url, lost: hold.lost, stop: hold.release }
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('database_failed', `expected PostgreSQL at the address given, got: ${why}`, { cause })
  }
}
