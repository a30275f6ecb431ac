import type { Kysely } from 'kysely'
import type { Packager, SealablePackagerStore } from '../../packagers/packager.ts'
import type { Tables } from './tables.ts'

interface PackagerRow {
  id: string
  name: string
  secret: string
  created_at: Date
  last_used: Date | null
}

export interface PackagerTables {
  packagers: PackagerRow
}

/** Packagers in PostgreSQL; the table has to be there. */
export function postgresPackagerStore(db: Kysely<Tables>): SealablePackagerStore {
  return {
    async add({ id, name, secret, createdAt }) {
      const row = { id, name, secret, created_at: new Date(createdAt), last_used: null }
      await db.insertInto('packagers').values(row).execute()
    },
    async packagers() {
      const rows = await db.selectFrom('packagers').selectAll().orderBy('created_at').orderBy('id').execute()
      return rows.map(packagerOf)
    },
    async packager(id) {
      const row = await db.selectFrom('packagers').selectAll().where('id', '=', id).executeTakeFirst()
      return row && packagerOf(row)
    },
    async used(id, at) {
      await db
        .updateTable('packagers')
        .set({ last_used: new Date(at) })
        .where('id', '=', id)
        .execute()
    },
    async remove(id) {
      return (await db.deleteFrom('packagers').where('id', '=', id).executeTakeFirst()).numDeletedRows > 0
    },
    changeSecrets: (change) =>
      db.transaction().execute(async (tx) => {
        const rows = await tx.selectFrom('packagers').select(['id', 'secret']).orderBy('id').forUpdate().execute()
        for (const { id, secret } of rows) {
          const changed = change(secret)
          if (changed !== secret)
            await tx.updateTable('packagers').set({ secret: changed }).where('id', '=', id).execute()
        }
      }),
  }
}

function packagerOf({ created_at: made, last_used: used, ...same }: PackagerRow): Packager {
  return { ...same, createdAt: made.getTime(), lastUsed: used?.getTime() ?? null }
}
