import type pg from 'pg'
import { memoryShared, type Shared } from '../../processes/shared.ts'
import { ownKey } from './own-locks.ts'

// Any number would do, as long as it stays: it keeps these locks apart from those of others in the database.
const lockClass = 7_340_002

/** What the processes of a fleet share, in their database. */
export function postgresShared(pool: pg.Pool): Shared {
  // Within this process they wait without a connection: the work itself needs some.
  const { inTurn: here } = memoryShared()
  const found = async (name: string) => {
    const { rows } = await pool.query<{ value: unknown }>('select value from shared where name = $1', [name])
    return rows[0]
  }
  return {
    async once<T>(name: string, make: () => Promise<T>) {
      const there = await found(name)
      if (there) return there.value as T
      const insert = 'insert into shared (name, value) values ($1, $2) on conflict do nothing'
      await pool.query(insert, [name, JSON.stringify(await make())])
      return (await found(name))?.value as T
    },
    inTurn: (name, work) => here(name, () => locked(pool, name, work)),
  }
}

/** A session's lock: one connection holds it for as long as the work takes, and loses it with the process. */
async function locked<T>(pool: pg.Pool, name: string, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = true
  try {
    await client.query(`select pg_advisory_lock($1, ${ownKey('$2')})`, [lockClass, name])
    const result = await work()
    await client.query(`select pg_advisory_unlock($1, ${ownKey('$2')})`, [lockClass, name])
    broken = false
    return result
  } finally {
    client.release(broken)
  }
}
