import pg from 'pg'

const int8 = 20

/** Connections to a database. Its bigint columns hold sizes and counters, all below 2^53: they come as numbers. */
export function openPool(connectionString: string, onError: (error: Error) => void): pg.Pool {
  const parserOf: typeof pg.types.getTypeParser = (oid: number, format?: unknown) =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text')
  const pool = new pg.Pool({
    connectionString,
    max: 16,
    connectionTimeoutMillis: 10_000,
    application_name: 'windlass',
    types: { getTypeParser: parserOf },
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', onError)
  return pool
}

/** Runs `work` in one transaction on one connection. */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((failed: Error) => {
      broken = failed
    })
    throw error
  } finally {
    client.release(broken)
  }
}
