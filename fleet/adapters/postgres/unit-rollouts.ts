import { type Kysely, type Selectable, sql } from 'kysely'
import { atOnce } from '../../rollout/plan.ts'
import { begun, nobody, statusOf } from '../../rollout/progress.ts'
import type { Counts } from '../../store/records.ts'
import type { NewUnitRollout, UnitMember, UnitRollout, UnitRolloutStore } from '../../units/rollouts/unit-rollout.ts'
import { boundsAmong, phaseIn } from './phases.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** The records of rollouts to units in PostgreSQL. */
export function postgresUnitRollouts(db: Db): UnitRolloutStore {
  return {
    addUnitRollout: (order) => db.transaction().execute((tx) => add(tx, order)),
    async unitRollouts() {
      return (await db.selectFrom('unit_rollouts').selectAll().orderBy('id', 'desc').execute()).map(rolloutOf)
    },
    unitRollout: (id) => find(db, id),
    changeUnitRollout: (id, change) =>
      db.transaction().execute(async (tx) => {
        const rollout = await locked(tx, id)
        const progress = rollout && change(rollout)
        if (!progress) return rollout
        await tx
          .updateTable('unit_rollouts')
          .set({ progress: JSON.stringify(progress) })
          .where('id', '=', id)
          .execute()
        return { ...rollout, progress }
      }),
    unitTallies: (id) => tally(db, id),
    unitMembers: (id, limit, after = '') => list(db, id, limit, after),
    orderNext: (id, limit, at) =>
      db.transaction().execute(async (tx) => {
        const rollout = await locked(tx, id)
        return rollout && statusOf(rollout.progress) === 'running' ? order(tx, rollout, limit, at) : []
      }),
    takeBack: (id, limit) => db.transaction().execute((tx) => takeBack(tx, id, limit)),
    async noteStanding(unit, release, standing) {
      await sql`update units set standing = ${standing}
        where id = ${unit} and release = ${release} and standing is distinct from ${standing}`.execute(db)
    },
  }
}

/** Units that a rollout is for. The same as `isFor`. */
const isFor = (rollout: ReturnType<typeof sql.ref>) => sql`(
  case when ${rollout}.units is not null then u.id = any(${rollout}.units) else ${rollout}.model is null or u.model = ${rollout}.model end)`

/** Units of rollouts that are for them, as `rollout, id, state` and what was ordered. The same as in the memory store. */
const members = (rollout: number) => sql`
  select * from (
    select r.id as rollout, u.id, o.ordered_at, o.previous, case
      when o.taken_back then 'rolled_back'
      when u.release is distinct from r.release then case when o.unit is null then 'pending' end
      when u.standing = 'arrived' then 'updated'
      when u.standing = 'failed' then 'failed'
      else 'updating' end as state
    from unit_rollouts r
    join units u on ${isFor(sql.ref('r'))}
    left join unit_orders o on o.rollout = r.id and o.unit = u.id
    where r.id = ${rollout}) of_all
  where state is not null`

async function add(tx: Db, given: NewUnitRollout): Promise<{ rollout: UnitRollout; fresh: boolean } | undefined> {
  const { release, to, plan, createdAt, once } = given
  const named = 'units' in to ? [...new Set(to.units)] : null
  if (named) {
    const { rows } = await sql<{ n: number }>`select count(*) n from units where id = any(${named})`.execute(tx)
    if (rows[0]?.n !== named.length) return undefined
  }
  const row = await tx
    .insertInto('unit_rollouts')
    .values({
      release,
      model: 'model' in to ? to.model : null,
      units: named,
      plan: JSON.stringify(plan),
      progress: JSON.stringify(begun),
      created_at: new Date(createdAt),
      key: once?.key ?? null,
      asked: once?.asked ?? null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!row) {
    const there = tx
      .selectFrom('unit_rollouts')
      .selectAll()
      .where('key', '=', once?.key ?? '')
    return { rollout: rolloutOf(await there.executeTakeFirstOrThrow()), fresh: false }
  }
  const bounds = await boundsAmong(tx, members(row.id), plan)
  if (bounds.length > 0) await tx.updateTable('unit_rollouts').set({ bounds }).where('id', '=', row.id).execute()
  return { rollout: rolloutOf({ ...row, bounds }), fresh: true }
}

async function find(db: Db, id: number): Promise<UnitRollout | undefined> {
  const row = await db.selectFrom('unit_rollouts').selectAll().where('id', '=', id).executeTakeFirst()
  return row && rolloutOf(row)
}

/** Until the transaction ends nobody else changes it. */
async function locked(tx: Db, id: number): Promise<UnitRollout | undefined> {
  const row = await tx.selectFrom('unit_rollouts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  return row && rolloutOf(row)
}

async function tally(db: Db, id: number): Promise<Counts[]> {
  const rollout = await find(db, id)
  if (!rollout) return []
  const tallies = rollout.plan.phases.map(() => ({ ...nobody }))
  const { rows } = await sql<{ phase: number; state: keyof Counts; n: number }>`
    select ${phaseIn(rollout.bounds)} as phase, state, count(*) n from (${members(id)}) m group by 1, 2`.execute(db)
  for (const { phase, state, n } of rows) {
    const one = tallies[phase]
    if (one) one[state] = n
  }
  return tallies
}

async function list(db: Db, id: number, limit: number, after: string): Promise<UnitMember[]> {
  const rollout = await find(db, id)
  if (!rollout) return []
  const { rows } = await sql<{
    id: string
    state: keyof Counts
    phase: number
    ordered_at: Date | null
    previous: number | null
  }>`select id, state, ${phaseIn(rollout.bounds)} as phase, ordered_at, previous
    from (${members(id)}) m where id > ${after} order by id limit ${limit}`.execute(db)
  return rows.map(({ id: unit, ordered_at, ...row }) => ({ ...row, unit, orderedAt: ordered_at?.getTime() ?? null }))
}

async function order(tx: Db, { id, release, bounds, progress }: UnitRollout, limit: number, at: number) {
  const { rows } = await sql<{ id: string }>`
    with due as (
      select m.id from (${members(id)}) m
      where state = 'pending' and ${phaseIn(bounds)} <= ${progress.phase} and not exists (
        select 1 from unit_rollouts n join units u on u.id = m.id
        where n.id > ${id} and (n.progress->>'abortedAt') is null and ${isFor(sql.ref('n'))})
      order by m.id limit ${limit}),
    before as (select u.id, u.release from units u join due using (id) for update of u),
    ordered as (
      insert into unit_orders (rollout, unit, previous, ordered_at)
      select ${id}::bigint, id, release, ${new Date(at)}::timestamptz from before on conflict do nothing returning unit)
    update units set release = ${release}, standing = 'on_the_way', orders = orders + 1
    where id in (select unit from ordered)
    returning id`.execute(tx)
  return rows.map((row) => row.id).sort()
}

async function takeBack(tx: Db, id: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with due as (
      select u.id, o.previous from unit_orders o
      join unit_rollouts r on r.id = o.rollout
      join units u on u.id = o.unit and u.release = r.release
      where o.rollout = ${id} and not o.taken_back and o.previous is not null
      order by u.id limit ${limit} for update of u, o),
    taken as (
      update unit_orders o set taken_back = true from due where o.rollout = ${id} and o.unit = due.id returning o.unit)
    update units u set release = due.previous, standing = 'on_the_way', orders = orders + 1 from due
    where u.id = due.id and u.id in (select unit from taken) returning u.id`.execute(tx)
  return rows.map((row) => row.id).sort()
}

function rolloutOf(row: Selectable<Tables['unit_rollouts']>): UnitRollout {
  const { id, release, model, units, plan, bounds, progress, created_at, asked } = row
  const to = units ? { units: [...units].sort() } : model === null ? { all: true as const } : { model }
  return { id, release, to, plan: { ...atOnce, ...plan }, bounds, progress, createdAt: created_at.getTime(), asked }
}
