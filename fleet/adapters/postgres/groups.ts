import { parseQuery, printQuery } from '@windlass/model'
import { type Kysely, sql } from 'kysely'
import type { GroupHead } from '../../groups/extent.ts'
import { type Group, type GroupStore, membersOf } from '../../groups/group.ts'
import { countKinds } from './device-counts.ts'
import { relabel } from './relabel.ts'
import { sqlOfSelection } from './selection.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** Groups and labels in PostgreSQL. */
export function groupsIn(db: Db): GroupStore {
  return {
    addGroup: (group) => addGroup(db, group),
    changeGroup: (name, members) => changeGroup(db, name, members),
    group: async (name) => (await listGroups(db, name))[0],
    groups: () => listGroups(db),
    async removeGroup(name) {
      const { numDeletedRows } = await db.deleteFrom('groups').where('name', '=', name).executeTakeFirst()
      return numDeletedRows > 0n ? 'removed' : 'unknown'
    },
    async countDevices(selection) {
      const { condition } = await sqlOfSelection(db, selection)
      const text = sql<{ n: number }>`select count(*) n from devices d where ${condition}`
      return (await text.execute(db)).rows[0]?.n ?? 0
    },
    groupHeads: (names) => groupHeads(db, names),
    async deviceIds(selection) {
      const { condition } = await sqlOfSelection(db, selection)
      const found = sql<{ id: string }>`select d.id from devices d where ${condition} order by d.id`
      return (await found.execute(db)).rows.map(({ id }) => id)
    },
    async productsOf(selection, products) {
      const { condition } = await sqlOfSelection(db, selection)
      const found = sql<{ product: string }>`
        select p.product from unnest(${products}::text[]) with ordinality as p(product, at)
        where exists (select from devices d where d.product = p.product and ${condition}) order by p.at`
      return (await found.execute(db)).rows.map(({ product }) => product)
    },
    deviceCounts: (within) => countKinds(db, within),
    async labelDevices(selection, { set, remove }) {
      const labels = sql`(d.labels - ${remove}::text[]) || ${JSON.stringify(set)}::jsonb`
      const { condition } = await sqlOfSelection(db, selection)
      return relabel(db, sql`update devices d set labels = ${labels} where ${condition}`)
    },
  }
}

function addGroup(db: Db, { name, members, createdAt }: Group): ReturnType<GroupStore['addGroup']> {
  const { query, devices } = columnsOf(members)
  return db.transaction().execute(async (tx) => {
    if (!(await areKnown(tx, devices))) return 'unknown'
    const { numInsertedOrUpdatedRows: added } = await tx
      .insertInto('groups')
      .values({ name, query, created_at: new Date(createdAt) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    if (!added) return 'there'
    await sql`insert into group_devices select ${name}, unnest(${devices}::text[])`.execute(tx)
    return 'added'
  })
}

function changeGroup(db: Db, name: string, members: Group['members']): ReturnType<GroupStore['changeGroup']> {
  const { query, devices } = columnsOf(members)
  return db.transaction().execute(async (tx) => {
    const there = await tx.selectFrom('groups').select('name').where('name', '=', name).forUpdate().executeTakeFirst()
    if (!there) return 'unknown'
    if (!(await areKnown(tx, devices))) return 'unlisted'
    await tx.updateTable('groups').set({ query }).where('name', '=', name).execute()
    await sql`delete from group_devices where group_name = ${name}`.execute(tx)
    await sql`insert into group_devices select ${name}, unnest(${devices}::text[])`.execute(tx)
    return 'changed'
  })
}

function columnsOf(members: Group['members']): { query: string | null; devices: string[] } {
  if ('query' in members) return { query: printQuery(members.query), devices: [] }
  return { query: null, devices: [...new Set(members.devices)] }
}

async function areKnown(db: Db, devices: readonly string[]): Promise<boolean> {
  const known = await sql<{ n: number }>`select count(*) n from devices where id = any(${devices})`.execute(db)
  return known.rows[0]?.n === devices.length
}

async function groupHeads(db: Db, names: readonly string[]): Promise<GroupHead[]> {
  const rows = await db
    .selectFrom('groups')
    .select(['name', 'query'])
    .where('name', 'in', names.length > 0 ? names : [''])
    .orderBy('name')
    .execute()
  return rows.map(({ name, query }) => ({ name, query: query === null ? null : parseQuery(query) }))
}

async function listGroups(db: Db, name?: string): Promise<Group[]> {
  const { rows } = await sql<{ name: string; query: string | null; created_at: Date; devices: string[] }>`
    select g.*, array(select device from group_devices where group_name = g.name order by device) devices
    from groups g where ${name === undefined ? sql`true` : sql`g.name = ${name}`} order by g.name`.execute(db)
  return rows.map((row) => ({
    name: row.name,
    members: membersOf(row.query, row.devices),
    createdAt: row.created_at.getTime(),
  }))
}
