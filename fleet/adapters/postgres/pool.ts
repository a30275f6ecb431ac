import pg from 'pg'
import type { Connections } from '../../telemetry/connection-metrics.ts'

const int8 = 20

export interface PoolOptions {
  /** Default 16. */
  max?: number
  /** The schema that the address names: a connection that is in another, as behind a pooler that passes nothing on, is not used. */
  schema?: string | null
}

/** Connections to a database. Its bigint columns hold sizes and counters, all below 2^53: they come as numbers. */
export function openPool(
  connectionString: string,
  onError: (error: Error) => void,
  { max = 16, schema = null }: PoolOptions = {},
): pg.Pool {
  const parserOf: typeof pg.types.getTypeParser = (oid: number, format?: unknown) =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text')
  // Its types do not say so, but it waits for `onConnect`.
  const config = {
    connectionString,
    max,
    ...(schema !== null && { onConnect: (client: pg.ClientBase) => checkSchema(client, schema) }),
    connectionTimeoutMillis: 10_000,
    application_name: 'windlass',
    types: { getTypeParser: parserOf },
  }
  const pool = new pg.Pool(config)
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', onError)
  return pool
}

async function checkSchema(client: pg.ClientBase, schema: string): Promise<void> {
  const text = `select array_to_string(current_schemas(false), ',') as found`
  const { rows } = await client.query<{ found: string }>(text)
  const found = rows[0]?.found ?? 'none'
  if (found !== schema) throw new Error(`expected a connection to the schema ${schema} alone, got one to ${found}`)
}

const probing = 'set synchronous_commit = off; set plan_cache_mode = force_generic_plan'

/**
 * A connection of its own for what every probe begins with, so that it never waits for what operators ask. A commit on it may be lost
 * when the database dies within a second: only when devices were last heard hangs on it, no report. Its statement is planned once:
 * by PostgreSQL's own judgement it would be planned anew each time where few devices come together, at five times the price.
 */
export function openProbePool(pool: pg.Pool): pg.Pool {
  const { onConnect: check } = pool.options as { onConnect?: (client: pg.ClientBase) => unknown }
  const config = {
    ...pool.options,
    max: 1,
    async onConnect(client: pg.ClientBase) {
      await check?.(client)
      await client.query(probing)
    },
  }
  const probes = new pg.Pool(config)
  // Who listens to the pool hears of this connection, too.
  probes.on('error', (error) => pool.emit('error', error)).on('connect', (client) => pool.emit('connect', client))
  return probes
}

/** Of all of these together. */
export function connectionsOf(pools: readonly pg.Pool[]): Connections {
  const sum = (count: (pool: pg.Pool) => number) => pools.reduce((whole, pool) => whole + count(pool), 0)
  const idle = sum(({ idleCount }) => idleCount)
  return { inUse: sum(({ totalCount }) => totalCount) - idle, idle, waiting: sum(({ waitingCount }) => waitingCount) }
}
