import type { Kysely } from 'kysely'
import type { Project, ProjectStore } from '../../projects/project.ts'
import type { Tables } from './tables.ts'

export interface ProjectTables {
  projects: { name: string; state: Project['state']; created_at: Date; admin: string }
}

/** The projects of a fleet, in PostgreSQL; the table has to be there. */
export function postgresProjectStore(db: Kysely<Tables>): ProjectStore {
  return {
    async add({ name, createdAt, admin }) {
      const row = { name, state: 'creating', created_at: new Date(createdAt), admin } as const
      const added = await db
        .insertInto('projects')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return (added.numInsertedOrUpdatedRows ?? 0n) > 0n
    },
    async projects() {
      const rows = await db.selectFrom('projects').selectAll().orderBy('name').execute()
      return rows.map(({ created_at: at, ...same }) => ({ ...same, createdAt: at.getTime() }))
    },
    async move(name, from, to) {
      const moved = db.updateTable('projects').set({ state: to }).where('name', '=', name).where('state', '=', from)
      return (await moved.executeTakeFirst()).numUpdatedRows > 0n
    },
    async forget(name) {
      await db.deleteFrom('projects').where('name', '=', name).where('state', '=', 'removing').execute()
    },
  }
}
