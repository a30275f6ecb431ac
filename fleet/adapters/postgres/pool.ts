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
