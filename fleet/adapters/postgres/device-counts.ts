import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type DeviceCounts, mostKinds } from '../../groups/device-counts.ts'
import type { Extent, Within } from '../../groups/extent.ts'
import { type Kind, kindsIn } from '../../groups/kinds.ts'
import { sqlOfExtents } from './extent-sql.ts'
import type { Tables } from './tables.ts'

interface Counted {
  by: 'all' | 'status' | 'product' | 'version' | 'hardware'
  product: string
  name: string
  devices: number
}

/** What the triggers of the tables keep, added up; of groups, who is in them now. */
export async function countKinds(db: Kysely<Tables>, within: Within = []): Promise<DeviceCounts> {
  const { rows } = await sql<Counted>`
    with kinds as (${await kindsWithin(db, within)}),
    sums as (
      select
        case when grouping(status) = 0 then 'status' when grouping(hardware) = 0 then 'hardware'
             when grouping(version) = 0 then 'version' when grouping(product) = 0 then 'product' else 'all' end as by,
        coalesce(product, '') collate "C" as product,
        coalesce(status, hardware, version, product, '') collate "C" as name,
        sum(devices)::bigint as devices
      from kinds group by grouping sets ((), (status), (hardware), (product), (product, version))
      having sum(devices) > 0),
    ranked as (select *, row_number() over (partition by by order by devices desc, name, product) as rank from sums)
    select by, product, name, devices from ranked where rank <= ${mostKinds} order by rank`.execute(db)
  const of = (by: Counted['by']) => rows.filter((row) => row.by === by)
  return {
    devices: of('all')[0]?.devices ?? 0,
    byStatus: of('status').map(({ name: status, devices }) => ({ status, devices })),
    byHardware: of('hardware').map(({ name: hardware, devices }) => ({ hardware, devices })),
    byProduct: of('product').map(({ name: product, devices }) => ({ product, devices })),
    byVersion: of('version').map(({ product, name: version, devices }) => ({ product, version, devices })),
  }
}

/** Rows `product, version, hardware, status, devices` of those within; of one kind there may be several. */
export async function kindsWithin(db: Kysely<Tables>, within: readonly Extent[]): Promise<RawBuilder<unknown>> {
  // Only groups have to be counted: all else is, as devices change.
  if (within.some(({ groups }) => groups.length > 0))
    return sql`
      select product, version, hardware, status, count(*) as devices
      from devices d where ${sqlOfExtents(within, kindsIn(await readKinds(db)))} group by product, version, hardware, status`
  const kept = sql`select * from device_counts union all select * from device_changes`
  return sql`select * from (${kept}) d where ${sqlOfExtents(within)}`
}

/** Every kind that some device is of now, with how many are. */
export async function readKinds(db: Kysely<Tables>): Promise<Kind[]> {
  const { rows } = await sql<Kind>`
    select product, version, hardware, status, sum(devices)::bigint as devices
    from (select * from device_counts union all select * from device_changes) k
    group by product, version, hardware, status having sum(devices) > 0`.execute(db)
  return rows
}
