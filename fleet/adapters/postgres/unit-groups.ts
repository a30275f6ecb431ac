import { parseQuery, printQuery } from '@windlass/model'
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { countsOf } from '../../units/groups/unit-counts.ts'
import type { UnitGroup, UnitGroupStore, UnitSelection } from '../../units/groups/unit-group.ts'
import type { Unit } from '../../units/records.ts'
import { type Columns, sqlOfQuery } from './query-sql.ts'
import { relabel } from './relabel.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** A row of units under this name; `standing` may be null in it. */
export function columnsOfUnit(row: 'u' | 'm'): Columns {
  const at = (column: string) => sql.raw(`${row}.${column}`)
  return {
    plain: { id: at('id'), model: at('model'), standing: sql`coalesce(${at('standing')}, 'unheard')` },
    pairs: { label: at('labels') },
  }
}

/** A condition on a row `u` of units. The same as `isMeant`. */
export function unitsMeant({ search, query, group, units }: UnitSelection): RawBuilder<boolean> {
  const like = search && `%${search.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  const asked = [query, group?.query].flatMap((one) => one ?? [])
  const parts = [
    sql`true`,
    ...(like ? [sql`(u.id ilike ${like} or u.model ilike ${like})`] : []),
    ...asked.map((one) => sqlOfQuery(one, columnsOfUnit('u'))),
    ...(units ? [sql`u.id = any(${units})`] : []),
  ]
  return sql`(${sql.join(parts, sql` and `)})`
}

/** Groups of units and their labels in PostgreSQL. */
export function unitGroupsIn(db: Db): UnitGroupStore {
  return {
    async addUnitGroup({ name, query, createdAt }) {
      const { numInsertedOrUpdatedRows: added } = await db
        .insertInto('unit_groups')
        .values({ name, query: printQuery(query), created_at: new Date(createdAt) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      return added ? 'added' : 'there'
    },
    async unitGroup(name) {
      const row = await db.selectFrom('unit_groups').selectAll().where('name', '=', name).executeTakeFirst()
      return row && groupOf(row)
    },
    async unitGroups() {
      return (await db.selectFrom('unit_groups').selectAll().orderBy('name').execute()).map(groupOf)
    },
    async changeUnitGroup(name, query) {
      const change = db
        .updateTable('unit_groups')
        .set({ query: printQuery(query) })
        .where('name', '=', name)
      return (await change.executeTakeFirst()).numUpdatedRows > 0n ? 'changed' : 'unknown'
    },
    async removeUnitGroup(name) {
      const { numDeletedRows } = await db.deleteFrom('unit_groups').where('name', '=', name).executeTakeFirst()
      return numDeletedRows > 0n ? 'removed' : 'unknown'
    },
    async countUnits(selection) {
      const text = sql<{ n: number }>`select count(*) n from units u where ${unitsMeant(selection)}`
      return (await text.execute(db)).rows[0]?.n ?? 0
    },
    async unitCounts() {
      const text = sql<Pick<Unit, 'model' | 'standing'> & { units: number }>`
        select model, coalesce(standing, 'unheard') as standing, count(*) as units from units group by 1, 2`
      return countsOf((await text.execute(db)).rows)
    },
    labelUnits(selection, { set, remove }) {
      const labels = sql`(d.labels - ${remove}::text[]) || ${JSON.stringify(set)}::jsonb`
      const meant = sql`select u.id from units u where ${unitsMeant(selection)}`
      return relabel(db, sql`update units d set labels = ${labels} where d.id in (${meant})`)
    },
  }
}

function groupOf({ name, query, created_at }: Selectable<Tables['unit_groups']>): UnitGroup {
  return { name, query: parseQuery(query, 'unit'), createdAt: created_at.getTime() }
}
