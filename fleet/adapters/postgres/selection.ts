import { type RawBuilder, sql } from 'kysely'
import type { Group, Selection } from '../../groups/group.ts'
import { shortestInside } from '../../store/search.ts'
import { sqlOfQuery } from './query-sql.ts'

/*
 * Which devices are meant, as a condition on a row `d` of devices.
 */

export function sqlOfSelection({ search, query, group, devices }: Selection): RawBuilder<boolean> {
  const parts = [
    ...(search ? [foundBy(search)] : []),
    ...(query ? [sqlOfQuery(query)] : []),
    ...(group ? [sqlOfGroup(group)] : []),
    ...(devices ? [sql<boolean>`d.id = any(${devices})`] : []),
  ]
  return parts.length > 0 ? sql`(${sql.join(parts, sql` and `)})` : sql`true`
}

/** Whether a device belongs to a group now. */
export function sqlOfGroup({ name, members }: Group): RawBuilder<boolean> {
  if ('query' in members) return sqlOfQuery(members.query)
  return sql`exists (select from group_devices g where g.group_name = ${name} and g.device = d.id)`
}

/** `foundBy` of the records, in parts that have indexes. */
function foundBy(search: string): RawBuilder<boolean> {
  const text = search.toLowerCase()
  const inside = JSON.stringify(text).slice(1, -1)
  const piece = text.length < shortestInside ? `"${inside}` : inside
  const id = /^[a-f0-9]+$/.test(text) ? sql`d.id >= ${text} and d.id < ${`${text}g`} or` : sql``
  const has = (column: 'version' | 'hardware' | 'status') => sql`d.${sql.raw(column)} ilike ${`%${likeText(text)}%`}`
  return sql`(${id} ${has('version')} or ${has('hardware')} or ${has('status')}
    or d.identity::text ilike ${`%${likeText(piece)}%`})`
}

function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
}
