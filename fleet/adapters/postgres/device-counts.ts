import { type Kysely, sql } from 'kysely'
import { type DeviceCounts, mostKinds } from '../../groups/device-counts.ts'
import type { Kind } from '../../groups/kinds.ts'
import type { Tables } from './tables.ts'

interface Counted {
  by: 'all' | 'status' | 'product' | 'version' | 'hardware'
  product: string
  name: string
  devices: number
}

/** What the triggers of the tables keep, added up. */
export async function countKinds(db: Kysely<Tables>, products?: readonly string[]): Promise<DeviceCounts> {
  const among = products ? sql`product = any(${products})` : sql`true`
  const { rows } = await sql<Counted>`
    with kinds as (select * from device_counts union all select * from device_changes),
    sums as (
      select
        case when grouping(status) = 0 then 'status' when grouping(hardware) = 0 then 'hardware'
             when grouping(version) = 0 then 'version' when grouping(product) = 0 then 'product' else 'all' end as by,
        coalesce(product, '') collate "C" as product,
        coalesce(status, hardware, version, product, '') collate "C" as name,
        sum(devices)::bigint as devices
      from kinds where ${among} group by grouping sets ((), (status), (hardware), (product), (product, version))
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

/** Every kind that some device is of now, with how many are. */
export async function readKinds(db: Kysely<Tables>): Promise<Kind[]> {
  const { rows } = await sql<Kind>`
    select product, version, hardware, status, sum(devices)::bigint as devices
    from (select * from device_counts union all select * from device_changes) k
    group by product, version, hardware, status having sum(devices) > 0`.execute(db)
  return rows
}
