import { type Kysely, type RawBuilder, sql } from 'kysely'
import { mostLabels } from '../../groups/group.ts'
import type { Tables } from './tables.ts'

/** Takes back what was done in the transaction. */
class TooMany extends Error {}

/**
 * Changes labels of several devices or of none. `update` is an update of devices `d`; `before` is done in the same
 * transaction. Returns how many were changed.
 */
export async function relabel(
  db: Kysely<Tables>,
  update: RawBuilder<unknown>,
  before?: RawBuilder<unknown>,
): Promise<number | 'too_many'> {
  try {
    return await db.transaction().execute(async (tx) => {
      await before?.execute(tx)
      const { rows } = await sql<{ n: number; most: number | null }>`
        with changed as (${update} returning (select count(*) from jsonb_object_keys(d.labels)) as labels)
        select count(*) n, max(labels) most from changed`.execute(tx)
      if ((rows[0]?.most ?? 0) > mostLabels) throw new TooMany()
      return rows[0]?.n ?? 0
    })
  } catch (error) {
    if (error instanceof TooMany) return 'too_many'
    throw error
  }
}
