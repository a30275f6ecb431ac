import { type Kysely, sql } from 'kysely'
import type { Forecast } from '../../rollout/forecast.ts'
import type { Rollout } from '../../store/records.ts'
import type { NewRollout } from '../../store/store.ts'
import { isMeant } from './members.ts'
import { nobodysId } from './own-id.ts'
import { groupOfDevice, phaseIn } from './phases.ts'
import { addRollout } from './rollouts.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** Starts the rollout in a transaction that is taken back, so that what is foretold is what would be. */
export async function forecast(db: Db, order: NewRollout): Promise<Forecast[] | undefined> {
  const tx = await db.startTransaction().execute()
  try {
    const added = await addRollout(tx, { ...order, once: null }, nobodysId)
    return added && (await prospects(tx, added.rollout))
  } finally {
    await tx.rollback().execute()
  }
}

// Devices of the product on other hardware are no members of a rollout, but somebody wants to know how many they are.
async function prospects(db: Db, { rollout: id, bounds, plan }: Rollout): Promise<Forecast[]> {
  const { rows } = await sql<Forecast>`
    select ${phaseIn(bounds, await groupOfDevice(db, id, plan))} as phase, code, count(*) as devices
    from (
      select r.id as rollout, d.*,
        case when d.product <> r.product then 'product_mismatch'
             when d.hardware <> all(r.hardware) then 'hardware_unsupported'
             when d.version = r.version then 'up_to_date'
             when a.retry then 'offer'
             when a.state = 'failed' then 'failed_before'
             when a.state = 'rolled_back' then 'rolled_back_before'
             else 'offer' end as code
      from rollouts r
      join devices d on ${await isMeant(db, id)}
      left join attempts a on a.device = d.id and a.package = r.package
      where d.status <> 'decommissioned' and r.id = ${id}) m
    group by 1, 2`.execute(db)
  return rows
}
