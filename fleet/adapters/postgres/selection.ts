import type { Query } from '@windlass/model'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Group, Selection } from '../../groups/group.ts'
import { atMost, type Kinds, kindsIn, kindsWith, writtenOut } from '../../groups/kinds.ts'
import { shortestInside } from '../../store/search.ts'
import { readKinds } from './device-counts.ts'
import { queryOfExtent, sqlOfExtents } from './extent-sql.ts'
import { type Columns, columnsOf, sqlOfQuery } from './query-sql.ts'
import type { Tables } from './tables.ts'

/** A condition on a row `d` of devices; its parts are such that there are indexes for them. */
export interface Meant {
  condition: RawBuilder<boolean>
  /** By their kinds, so few devices are meant that all of them may be looked at to find the first. */
  few: boolean
  /** A query is asked, of which only the answers show how many devices meet all of its parts. */
  asks: boolean
}

const fewDevices = 20_000

/** Which devices are meant. */
export async function sqlOfSelection(db: Kysely<Tables>, selection: Selection): Promise<Meant> {
  const { search, query, group, devices, within = [] } = selection
  const asked = [...(query ? [query] : []), ...(group && 'query' in group.members ? [group.members.query] : [])]
  const groups = within.flatMap((extent) => extent.groups)
  // Those that are named are looked at one by one, whatever else is asked of them.
  const asks = !devices && asked.length + groups.length > 0
  const looks = asks || search !== undefined
  const all = looks ? await readKinds(db) : []
  const kinds = looks ? kindsIn(all) : undefined
  const parts = [
    ...(search && kinds ? [foundBy(search, kinds)] : []),
    ...asked.map((one) => sqlOfQuery(kinds ? writtenOut(one, kinds) : one, columnsOf('d'))),
    ...(group && !('query' in group.members) ? [isListed(group)] : []),
    ...(devices ? [sql<boolean>`d.id = any(${devices})`] : []),
    ...(within.length > 0 ? [sqlOfExtents(within, kinds)] : []),
  ]
  const condition = parts.length > 0 ? sql<boolean>`(${sql.join(parts, sql` and `)})` : sql<boolean>`true`
  const bounds = [...asked, ...within.flatMap((extent) => (groups.length > 0 ? (queryOfExtent(extent) ?? []) : []))]
  return { condition, few: looks && bounds.some((one) => atMost(one, all) <= fewDevices), asks }
}

/** Writes these queries as conditions on devices; their parts are such that there are indexes for them. */
export async function writtenFor(
  db: Kysely<Tables>,
  queries: readonly Query[],
): Promise<(query: Query, at?: Columns) => RawBuilder<boolean>> {
  const kinds = kindsIn(queries.length > 0 ? await readKinds(db) : [])
  return (query, at = columnsOf('d')) => sqlOfQuery(writtenOut(query, kinds), at)
}

function isListed({ name }: Group): RawBuilder<boolean> {
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
