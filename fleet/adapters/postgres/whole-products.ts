import { type Kysely, sql } from 'kysely'
import type { Within } from '../../groups/extent.ts'
import { kindsIn } from '../../groups/kinds.ts'
import type { Counts } from '../../store/records.ts'
import { kindsWithin, readKinds } from './device-counts.ts'
import { sqlOfExtents } from './extent-sql.ts'
import type { Tables } from './tables.ts'

/** How many devices of a rollout stand where. */
export interface Standings {
  rollout: number
  standing: keyof Counts
  n: number
}

/**
 * The standings of rollouts to whole products, as `membersOf` would count them, at the price of what is on its way: how many devices
 * there are of each kind is kept as they change, and only those that work on the package, or failed with it, are looked at.
 */
export async function countWholeProducts(
  db: Kysely<Tables>,
  ids: readonly number[],
  within: Within = [],
): Promise<Standings[]> {
  if (ids.length === 0) return []
  const isWithin = within.length > 0 ? sqlOfExtents(within, kindsIn(await readKinds(db))) : sql`true`
  const { rows } = await sql<{ rollout: number; members: number } & Omit<Counts, 'pending'>>`
    with kinds as (
      select product, version, hardware, sum(devices) as devices
      from (${await kindsWithin(db, within)}) k
      where status <> 'decommissioned' group by product, version, hardware)
    select r.id as rollout, coalesce(k.members, 0)::bigint as members, coalesce(k.updated, 0)::bigint as updated,
      a.updating, a.failed, a.rolled_back
    from rollouts r
    cross join lateral (
      select sum(devices) as members, sum(devices) filter (where version = r.version) as updated
      from kinds where product = r.product and (r.hardware is null or hardware = any(r.hardware))) k
    cross join lateral (
      select count(*) filter (where t.state = 'updating') as updating, count(*) filter (where t.state = 'failed') as failed,
        count(*) filter (where t.state = 'rolled_back') as rolled_back
      from attempts t join devices d on d.id = t.device
      where t.package = r.package and t.state in ('updating', 'failed', 'rolled_back') and (t.state = 'updating' or not t.retry)
        and d.product = r.product and d.version <> r.version and d.status <> 'decommissioned'
        and (r.hardware is null or d.hardware = any(r.hardware)) and ${isWithin}) a
    where r.id = any(${ids})`.execute(db)
  return rows.flatMap(({ rollout, members, ...settled }) => {
    const { updated, updating, failed, rolled_back } = settled
    const counts: Counts = { pending: members - updated - updating - failed - rolled_back, ...settled }
    const standings = Object.entries(counts) as [keyof Counts, number][]
    return standings.map(([standing, n]) => ({ rollout, standing, n }))
  })
}
