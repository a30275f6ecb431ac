import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Group, Selection } from '../../groups/group.ts'
import { type Kinds, kindsWith, writtenOut } from '../../groups/kinds.ts'
import { shortestInside } from '../../store/search.ts'
import { readKinds } from './device-counts.ts'
import { sqlOfQuery } from './query-sql.ts'
import type { Tables } from './tables.ts'

/** Which devices are meant, as a condition on a row `d` of devices; its parts are such that there are indexes for them. */
export async function sqlOfSelection(db: Kysely<Tables>, selection: Selection): Promise<RawBuilder<boolean>> {
  const { search, query, group, devices, products } = selection
  const kinds = search || query || group ? await readKinds(db) : undefined
  const parts = [
    ...(search && kinds ? [foundBy(search, kinds)] : []),
    ...(query && kinds ? [sqlOfQuery(writtenOut(query, kinds))] : []),
    ...(group && kinds ? [sqlOfGroup(group, kinds)] : []),
    ...(devices ? [sql<boolean>`d.id = any(${devices})`] : []),
    ...(products ? [sql<boolean>`d.product = any(${products})`] : []),
  ]
  return parts.length > 0 ? sql`(${sql.join(parts, sql` and `)})` : sql`true`
}

function sqlOfGroup({ name, members }: Group, kinds: Kinds): RawBuilder<boolean> {
  if ('query' in members) return sqlOfQuery(writtenOut(members.query, kinds))
  return sql`exists (select from group_devices g where g.group_name = ${name} and g.device = d.id)`
}

/** As `foundBy` of the records. */
function foundBy(search: string, kinds: Kinds): RawBuilder<boolean> {
  const text = search.toLowerCase()
  const inside = JSON.stringify(text).slice(1, -1)
  const piece = text.length < shortestInside ? `"${inside}` : inside
  const id = /^[a-f0-9]+$/.test(text) ? [sql<boolean>`(d.id >= ${text} and d.id < ${`${text}g`})`] : []
  const named = Object.entries(kindsWith(text, kinds))
    .filter(([, values]) => values.length > 0)
    .map(([field, values]) => sql<boolean>`d.${sql.raw(field)} = any(${values})`)
  const identity = sql<boolean>`d.identity::text ilike ${`%${likeText(piece)}%`}`
  return sql`(${sql.join([...id, ...named, identity], sql` or `)})`
}

function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
}
