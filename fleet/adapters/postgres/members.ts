import { sql } from 'kysely'

/** Devices of rollouts, as `rollout, standing` and the device's columns. */
// The same rule as `standingOf` and the same membership as in the memory store: the contract suite holds them together.
export const membersOf = (ids: readonly number[]) => sql`
  select r.id as rollout, d.*,
    case when d.version = r.version and d.product = r.product then 'updated'
         when a.state = 'updating' then 'updating'
         when a.state in ('failed', 'rolled_back') and not a.retry then a.state
         else 'pending' end as standing
  from rollouts r
  join devices d on case when r.whole_product
    then d.product = r.product and (r.hardware is null or d.hardware = any(r.hardware))
    else exists (select 1 from rollout_devices rd where rd.rollout = r.id and rd.device = d.id) end
  left join attempts a on a.device = d.id and a.package = r.package
  where d.status <> 'decommissioned' and r.id = any(${ids})`
