import { type Kysely, type Selectable, sql } from 'kysely'
import { type AuditFilter, type AuditStore, type Entry, entryAfter } from '../../people/audit.ts'
import { ownNumber } from './own-locks.ts'
import type { Tables } from './tables.ts'

export interface AuditTables {
  audit: {
    id: number
    at: Date
    kind: string
    who: string
    from: string
    action: string
    target: string
    made: string | null
    result: number
    code: string | null
    hash: string
  }
}

// Any number that nothing else of the fleet locks.
const chainLock = 6_128_341

/** The audit log in PostgreSQL; the table has to be there. */
export function postgresAuditStore(db: Kysely<Tables>): AuditStore {
  return {
    add: (deed) =>
      db.transaction().execute(async (tx) => {
        // One after the other: each entry has the hash of the one before.
        await sql`select pg_advisory_xact_lock(${ownNumber(chainLock)})`.execute(tx)
        const last = await tx
          .selectFrom('audit')
          .select(['id', 'hash'])
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst()
        const entry = entryAfter(last, deed)
        await tx
          .insertInto('audit')
          .values({ ...entry, at: new Date(entry.at) })
          .execute()
      }),
    entries: async (filter) => (await filtered(db, filter).execute()).map(entryOf),
    async following(after, limit) {
      const rows = db.selectFrom('audit').selectAll().where('id', '>', after).orderBy('id').limit(limit)
      return (await rows.execute()).map(entryOf)
    },
  }
}

function filtered(db: Kysely<Tables>, { who, action, since, until, only, before, limit }: AuditFilter) {
  let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit)
  if (who !== undefined) query = query.where('who', '=', who)
  if (action !== undefined) query = query.where(sql<boolean>`position(${action} in action) > 0`)
  if (since !== undefined) query = query.where('at', '>=', new Date(since))
  if (until !== undefined) query = query.where('at', '<', new Date(until))
  if (only !== undefined) query = query.where('result', only === 'done' ? '<' : '>=', 400)
  if (before !== undefined) query = query.where('id', '<', before)
  return query
}

function entryOf(row: Selectable<AuditTables['audit']>): Entry {
  return { ...row, at: row.at.getTime() }
}
