import { type Kysely, sql } from 'kysely'
import { ownName } from './own-locks.ts'
import type { Tables } from './tables.ts'

// Any number would do, as long as it stays: it keeps these locks apart from those of others in the database.
const lockClass = 7_340_003

/**
 * Whether there is something under this key; until the transaction ends nobody else makes it. An insert that meets it would have taken
 * a number already, and left a gap.
 */
export async function oneAtATime(
  tx: Kysely<Tables>,
  table: 'rollouts' | 'unit_rollouts',
  key: string,
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(${lockClass}, ${ownName(`${table} ${key}`)})`.execute(tx)
  return (await tx.selectFrom(table).select('id').where('key', '=', key).executeTakeFirst()) !== undefined
}
