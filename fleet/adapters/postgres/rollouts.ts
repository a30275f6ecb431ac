import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { Within } from '../../groups/extent.ts'
import { atOnce, isPaced } from '../../rollout/plan.ts'
import { begun, nobody, type Progress } from '../../rollout/progress.ts'
import type { Counts, Rollout } from '../../store/records.ts'
import type { NewRollout } from '../../store/store.ts'
import { membersOf } from './members.ts'
import { oneAtATime } from './once.ts'
import { withId } from './own-id.ts'
import { drawBounds } from './phases.ts'
import { deviceOf, rolloutOf } from './rows.ts'
import type { Tables } from './tables.ts'
import { countWholeProducts, type Standings } from './whole-products.ts'

type Row<T extends keyof Tables> = Selectable<Tables[T]>
type Db = Kysely<Tables>

/**
 * Undefined where a device is named that is not known. Within a transaction. `id`: one that is not from the sequence, which
 * would keep the gap of a rollout that is taken back.
 */
export async function addRollout(
  tx: Db,
  order: NewRollout,
  id?: RawBuilder<number>,
): Promise<{ rollout: Rollout; fresh: boolean } | undefined> {
  const { package: kept, to, plan = atOnce, lists = [], once } = order
  if (once && (await oneAtATime(tx, 'rollouts', once.key)))
    return { rollout: await rolloutWith(tx, once.key), fresh: false }
  const named = 'devices' in to ? [...new Set(to.devices)] : []
  if (named.length > 0 && !(await allKnown(tx, named))) return undefined
  const devices = 'devices' in to && to.group ? await ofProduct(tx, named, kept.product) : named
  const row = await insertion(tx, valuesOf(order), id).returningAll().executeTakeFirstOrThrow()
  // One array, not one parameter for each device: PostgreSQL takes 65 535 parameters at most.
  if (devices.length > 0)
    await sql`insert into rollout_devices select ${row.id}, unnest(${devices}::text[])`.execute(tx)
  for (const { phase, devices: listed } of lists)
    await sql`insert into rollout_lists select ${row.id}, ${phase}, unnest(${listed}::text[])`.execute(tx)
  if (isPaced(plan))
    await tx.insertInto('rollout_paces').values({ rollout: row.id, seq: 0, minute: 0, offers: 0 }).execute()
  const bounds = await drawBounds(tx, row.id, plan)
  if (bounds.length > 0) await tx.updateTable('rollouts').set({ bounds }).where('id', '=', row.id).execute()
  return { rollout: rolloutOf({ ...row, bounds }, devices.sort()), fresh: true }
}

function valuesOf(order: NewRollout) {
  const { package: kept, to, createdAt, startAt, metered = false, plan = atOnce, lists = [], once } = order
  const audience = 'query' in to ? to : 'devices' in to && to.group ? { group: to.group, query: null } : null
  return {
    package: kept.uid,
    product: kept.product,
    version: kept.version,
    hardware: kept.hardware === 'any' ? null : [...kept.hardware],
    whole_product: 'product' in to,
    running: true,
    created_at: new Date(createdAt),
    start_at: startAt === null ? null : new Date(startAt),
    metered,
    plan: JSON.stringify(plan),
    audience: audience && JSON.stringify(audience),
    by_query: 'query' in to,
    lists: lists.length > 0,
    progress: JSON.stringify(begun),
    key: once?.key ?? null,
    asked: once?.asked ?? null,
  }
}

function insertion(tx: Db, values: ReturnType<typeof valuesOf>, id?: RawBuilder<number>) {
  const into = tx.insertInto('rollouts')
  if (id === undefined) return into.values(values)
  const { columns, expression } = withId(id, values)
  return into.columns(columns).expression(expression)
}

async function rolloutWith(db: Db, key: string): Promise<Rollout> {
  const { id } = await db.selectFrom('rollouts').select('id').where('key', '=', key).executeTakeFirstOrThrow()
  const [rollout] = await listRollouts(db, [id])
  if (!rollout) throw new Error(`expected rollout ${id}, got none`)
  return rollout
}

/** The row is locked from before it is read until it is written: of several fleets one at a time decides. */
export async function changeRollout(
  db: Db,
  id: number,
  change: (rollout: Rollout) => Progress | undefined,
): Promise<Rollout | undefined> {
  return db.transaction().execute(async (tx) => {
    const locked = tx.selectFrom('rollouts').select('id').where('id', '=', id).forUpdate()
    if (!(await locked.executeTakeFirst())) return undefined
    const [rollout] = await listRollouts(tx, [id])
    const progress = rollout && change(rollout)
    if (!progress) return rollout
    const row = { progress: JSON.stringify(progress), running: progress.abortedAt === null }
    await tx.updateTable('rollouts').set(row).where('id', '=', id).execute()
    return { ...rollout, progress }
  })
}

async function ofProduct(tx: Db, devices: readonly string[], product: string): Promise<string[]> {
  const found = sql<{ id: string }>`select id from devices where id = any(${devices}) and product = ${product}`
  return (await found.execute(tx)).rows.map(({ id }) => id)
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

export async function countStandings(db: Db, ids: readonly number[], within?: Within): Promise<Map<number, Counts>> {
  const asked = db
    .selectFrom('rollouts')
    .select(['id', 'whole_product'])
    .where('id', 'in', ids.length > 0 ? ids : [0])
  const known = await asked.execute()
  const counts = new Map(known.map(({ id }): [number, Counts] => [id, { ...nobody }]))
  const idsOf = (whole: boolean) => known.filter((row) => row.whole_product === whole).map(({ id }) => id)
  for (const { rollout, standing, n } of [
    ...(await countWholeProducts(db, idsOf(true), within)),
    ...(await countOneByOne(db, idsOf(false), within)),
  ]) {
    const count = counts.get(rollout)
    if (count) count[standing] = n
  }
  return counts
}

async function countOneByOne(db: Db, ids: readonly number[], within: Within): Promise<Standings[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Standings>`
    select rollout, standing, count(*) n from (${await membersOf(db, ids, within)}) m group by rollout, standing`.execute(
    db,
  )
  return rows
}

/** Devices of one rollout that lie within, with where they stand, by id. */
export async function listMembers(db: Db, rollout: number, limit: number, after: string, within?: Within) {
  const { rows } = await sql<Row<'devices'> & { standing: keyof Counts }>`
    select * from (${await membersOf(db, [rollout], within)}) m where id > ${after} order by id limit ${limit}`.execute(
    db,
  )
  return rows.map((row) => ({ device: deviceOf(row), state: row.standing }))
}

/** The devices of a rollout that took its package up, by what they ran before. */
export async function ranBefore(db: Db, rollout: number): Promise<{ version: string | null; devices: string[] }[]> {
  const { rows } = await sql<{ version: string | null; devices: string[] }>`
    select a.from_version as version, array_agg(m.id order by m.id) as devices
    from (${await membersOf(db, [rollout])}) m
    join rollouts r on r.id = m.rollout
    join attempts a on a.device = m.id and a.package = r.package and a.state in ('updating', 'updated')
    group by 1 order by min(m.id)`.execute(db)
  return rows
}
