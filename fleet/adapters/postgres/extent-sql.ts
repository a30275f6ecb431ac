import type { Query } from '@windlass/model'
import { type RawBuilder, sql } from 'kysely'
import type { Extent } from '../../groups/extent.ts'
import { type Kinds, writtenOut } from '../../groups/kinds.ts'
import { columnsOf, sqlOfQuery } from './query-sql.ts'

/** A row `d` of devices lies within. `kinds`: absent where few rows are looked at anyway. */
export function sqlOfExtents(within: readonly Extent[], kinds?: Kinds): RawBuilder<boolean> {
  const parts = within.map((extent) => sqlOfExtent(extent, kinds))
  return parts.length > 0 ? sql`(${sql.join(parts, sql` and `)})` : sql`true`
}

function sqlOfExtent({ products, groups }: Extent, kinds: Kinds | undefined): RawBuilder<boolean> {
  const listed = groups.filter(({ query }) => query === null).map(({ name }) => name)
  const parts = [
    ...(products.length > 0 ? [sql<boolean>`d.product = any(${products})`] : []),
    ...groups.flatMap(({ query }) =>
      query ? [sqlOfQuery(kinds ? writtenOut(query, kinds) : query, columnsOf('d'))] : [],
    ),
    ...(listed.length > 0
      ? [sql<boolean>`d.id in (select g.device from group_devices g where g.group_name = any(${listed}))`]
      : []),
  ]
  return parts.length > 0 ? sql`(${sql.join(parts, sql` or `)})` : sql`false`
}

/** The same as a query, as far as it is one; undefined where lists have a say. */
export function queryOfExtent({ products, groups }: Extent): Query | undefined {
  const queries = groups.flatMap(({ query }) => query ?? [])
  if (queries.length < groups.length) return undefined
  return { is: 'or', of: [{ is: 'one_of', field: { of: 'product' }, values: products }, ...queries] }
}
