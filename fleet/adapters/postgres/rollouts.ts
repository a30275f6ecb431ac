import { type Kysely, type Selectable, sql } from 'kysely'
import type { Counts, Rollout } from '../../store/records.ts'
import type { NewRollout } from '../../store/store.ts'
import { deviceOf, rolloutOf } from './rows.ts'
import type { Tables } from './tables.ts'

type Row<T extends keyof Tables> = Selectable<Tables[T]>
type Db = Kysely<Tables>

/** Undefined where a device is named that is not known. */
export async function addRollout(db: Db, order: NewRollout): Promise<Rollout | undefined> {
  const { package: kept, to, createdAt, startAt, metered = false } = order
  const devices = 'devices' in to ? [...new Set(to.devices)] : []
  return db.transaction().execute(async (tx) => {
    if (devices.length > 0 && !(await allKnown(tx, devices))) return undefined
    const row = await tx
      .insertInto('rollouts')
      .values({
        package: kept.uid,
        product: kept.product,
        version: kept.version,
        hardware: kept.hardware === 'any' ? null : [...kept.hardware],
        whole_product: 'product' in to,
        running: true,
        created_at: new Date(createdAt),
        start_at: startAt === null ? null : new Date(startAt),
        metered,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    // One array, not one parameter for each device: PostgreSQL takes 65 535 parameters at most.
    if (devices.length > 0)
      await sql`insert into rollout_devices select ${row.id}, unnest(${devices}::text[])`.execute(tx)
    return rolloutOf(row, devices.sort())
  })
}

async function allKnown(tx: Db, devices: readonly string[]): Promise<boolean> {
  const found = await sql<{ n: number }>`select count(*) n from devices where id = any(${devices})`.execute(tx)
  return found.rows[0]?.n === devices.length
}

/** Rollouts newest first; those with the given ids, or all. */
export async function listRollouts(db: Db, ids?: readonly number[]): Promise<Rollout[]> {
  let query = db.selectFrom('rollouts').selectAll().orderBy('id', 'desc')
  if (ids) query = query.where('id', 'in', ids.length > 0 ? ids : [0])
  const rows = await query.execute()
  const named = await sql<{ rollout: number; devices: string[] }>`
    select rollout, array_agg(device order by device) devices from rollout_devices
    where rollout = any(${rows.map((row) => row.id)}) group by rollout`.execute(db)
  const devices = new Map(named.rows.map((row) => [row.rollout, row.devices]))
  return rows.map((row) => rolloutOf(row, devices.get(row.id) ?? []))
}

// The same rule as `standingOf` and the same membership as in the memory store: the contract suite holds them together.
const membersOf = (ids: readonly number[]) => sql`
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
  where r.id = any(${ids})`

export async function countStandings(db: Db, ids: readonly number[]): Promise<Map<number, Counts>> {
  const known = await sql<{ id: number }>`select id from rollouts where id = any(${ids})`.execute(db)
  const rows = await sql<{ rollout: number; standing: keyof Counts; n: number }>`
    select rollout, standing, count(*) n from (${membersOf(ids)}) m group by rollout, standing`.execute(db)
  const counts = new Map<number, Counts>()
  for (const { id } of known.rows) counts.set(id, { pending: 0, updating: 0, updated: 0, failed: 0, rolled_back: 0 })
  for (const { rollout, standing, n } of rows.rows) {
    const count = counts.get(rollout)
    if (count) count[standing] = n
  }
  return counts
}

/** Devices of one rollout with where they stand, by id. */
export async function listMembers(db: Db, rollout: number, limit: number, after: string) {
  const { rows } = await sql<Row<'devices'> & { standing: keyof Counts }>`
    select * from (${membersOf([rollout])}) m where id > ${after} order by id limit ${limit}`.execute(db)
  return rows.map((row) => ({ device: deviceOf(row), state: row.standing }))
}
