import type { Query } from '@windlass/model'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Within } from '../../groups/extent.ts'
import { kindsIn } from '../../groups/kinds.ts'
import { readKinds } from './device-counts.ts'
import { sqlOfExtents } from './extent-sql.ts'
import { writtenFor } from './selection.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

// The same rule as `standingOf` and the same membership as in the memory store: the contract suite holds them together.
const standing = sql`
  case when d.version = r.version and d.product = r.product then 'updated'
       when a.state = 'updating' then 'updating'
       when a.state in ('failed', 'rolled_back') and not a.retry then a.state
       else 'pending' end`
const onHardware = sql`(r.hardware is null or d.hardware = any(r.hardware))`
const tried = sql`left join attempts a on a.device = d.id and a.package = r.package`

/** Devices of rollouts that lie within, as `rollout, standing` and the device's columns. */
export async function membersOf(db: Db, ids: readonly number[], within: Within = []): Promise<RawBuilder<unknown>> {
  const isWithin = within.length > 0 ? sqlOfExtents(within, kindsIn(await readKinds(db))) : sql<boolean>`true`
  const asking = await askedBy(db, ids)
  const queries = asking.map(({ query }) => query)
  const written = await writtenFor(db, queries)
  const others = ids.filter((id) => !asking.some((one) => one.id === id))
  const byQuery = asking.map(({ id, product, query }) => membersByQuery(id, product, written(query), isWithin))
  const parts = others.length > 0 || asking.length === 0 ? [membersByName(others, isWithin), ...byQuery] : byQuery
  return sql.join(parts, sql` union all `)
}

const membersByName = (ids: readonly number[], isWithin: RawBuilder<boolean>) => sql`
  select r.id as rollout, d.*, ${standing} as standing
  from rollouts r
  join devices d on case when r.whole_product then d.product = r.product and ${onHardware}
    else exists (select 1 from rollout_devices rd where rd.rollout = r.id and rd.device = d.id) end
  ${tried}
  where d.status <> 'decommissioned' and r.id = any(${ids}) and ${isWithin}`

const membersByQuery = (
  id: number,
  product: string,
  condition: RawBuilder<boolean>,
  isWithin: RawBuilder<boolean>,
) => sql`
  select r.id as rollout, d.*, ${standing} as standing
  from rollouts r
  join devices d on d.product = r.product and ${onHardware} and d.id in (${meantBy(id, product, condition)})
  ${tried}
  where d.status <> 'decommissioned' and r.id = ${id} and ${isWithin}`

/** Who is meant now, or was when the rollout gave it to him: two quick looks, each with an index of its own. */
const meantBy = (id: number, product: string, condition: RawBuilder<boolean>) => sql`
  select d.id from devices d where d.product = ${product} and ${condition}
  union select t.device from attempts t where t.under_rollout = ${id}`

/** A row `d` of devices is meant by a rollout `r`, whatever its hardware. */
export async function isMeant(db: Db, id: number): Promise<RawBuilder<boolean>> {
  const [asking] = await askedBy(db, [id])
  if (!asking)
    return sql`case when r.whole_product then d.product = r.product
      else exists (select 1 from rollout_devices rd where rd.rollout = r.id and rd.device = d.id) end`
  const condition = (await writtenFor(db, [asking.query]))(asking.query)
  return sql`(d.product = r.product and (${condition}
    or exists (select from attempts t where t.device = d.id and t.under_rollout = r.id)))`
}

async function askedBy(db: Db, ids: readonly number[]): Promise<{ id: number; product: string; query: Query }[]> {
  const { rows } = await sql<{ id: number; product: string; query: Query }>`
    select id, product, audience->'query' as query from rollouts where by_query and id = any(${ids}) order by id`.execute(
    db,
  )
  return rows
}
