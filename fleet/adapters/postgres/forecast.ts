import { type Kysely, sql } from 'kysely'
import type { Forecast } from '../../rollout/forecast.ts'
import type { NewRollout } from '../../store/store.ts'
import { pointOf } from './phases.ts'
import { addRollout } from './rollouts.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

// Below all that are given out, and no other connection has it.
const nobodysId = sql<number>`-pg_backend_pid()`

/** Starts the rollout in a transaction that is taken back, so that what is foretold is what would be. */
export async function forecast(db: Db, order: NewRollout): Promise<Forecast[] | undefined> {
  const tx = await db.startTransaction().execute()
  try {
    const added = await addRollout(tx, { ...order, once: null }, nobodysId)
    return added && (await prospects(tx, added.rollout.rollout, added.rollout.bounds))
  } finally {
    await tx.rollback().execute()
  }
}

// Devices of the product on other hardware are no members of a rollout, but somebody wants to know how many they are.
async function prospects(db: Db, rollout: number, bounds: readonly number[]): Promise<Forecast[]> {
  const { rows } = await sql<Forecast>`
    select width_bucket(${pointOf}::float8, ${bounds}::float8[]) as phase, code, count(*) as devices
    from (
      select r.id as rollout, d.id,
        case when d.product <> r.product then 'product_mismatch'
             when d.hardware <> all(r.hardware) then 'hardware_unsupported'
             when d.version = r.version then 'up_to_date'
             when a.retry then 'offer'
             when a.state = 'failed' then 'failed_before'
             when a.state = 'rolled_back' then 'rolled_back_before'
             else 'offer' end as code
      from rollouts r
      join devices d on case when r.whole_product then d.product = r.product
        else exists (select 1 from rollout_devices rd where rd.rollout = r.id and rd.device = d.id) end
      left join attempts a on a.device = d.id and a.package = r.package
      where d.status <> 'decommissioned' and r.id = ${rollout}) m
    group by 1, 2`.execute(db)
  return rows
}
