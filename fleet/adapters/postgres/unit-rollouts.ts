import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { Audience } from '../../rollout/audience.ts'
import { atOnce } from '../../rollout/plan.ts'
import { begun, nobody, statusOf } from '../../rollout/progress.ts'
import type { Counts } from '../../store/records.ts'
import type {
  NewUnitRollout,
  UnitMember,
  UnitProspect,
  UnitRollout,
  UnitRolloutStore,
} from '../../units/rollouts/unit-rollout.ts'
import { oneAtATime } from './once.ts'
import { nobodysId, withId } from './own-id.ts'
import { boundsAmong, firstGroup, phaseIn } from './phases.ts'
import { sqlOfQuery } from './query-sql.ts'
import type { Tables } from './tables.ts'
import { columnsOfUnit } from './unit-groups.ts'

type Db = Kysely<Tables>

/** The records of rollouts to units in PostgreSQL. */
export function postgresUnitRollouts(db: Db): UnitRolloutStore {
  return {
    addUnitRollout: (order) => db.transaction().execute((tx) => add(tx, order)),
    unitProspects: (order, online) => prospects(db, order, online),
    async unitRollouts() {
      return (await db.selectFrom('unit_rollouts').selectAll().orderBy('id', 'desc').execute()).map(rolloutOf)
    },
    async unitRolloutsAtWork() {
      const running = db.selectFrom('unit_rollouts').selectAll().where('resting', '=', false)
      return (await running.where(sql<boolean>`(progress->>'abortedAt') is null`).orderBy('id', 'desc').execute()).map(
        rolloutOf,
      )
    },
    async restUnitRollout(id) {
      await db.updateTable('unit_rollouts').set({ resting: true }).where('id', '=', id).execute()
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

/** Units of a rollout, as `rollout, id, state`, what was ordered, and what queries ask about. The same as in the memory store. */
const members = ({ id, to }: Pick<UnitRollout, 'id' | 'to'>) => sql`
  select * from (
    select r.id as rollout, u.id, u.release, u.model, u.labels, u.standing, o.ordered_at, o.previous, o.phase, case
      when o.taken_back then 'rolled_back'
      when u.release is distinct from r.release then case when o.unit is null then 'pending' end
      when u.standing = 'arrived' then 'updated'
      when u.standing = 'failed' then 'failed'
      else 'updating' end as state
    from unit_rollouts r
    cross join units u
    left join unit_orders o on o.rollout = r.id and o.unit = u.id
    where r.id = ${id} and ${'query' in to ? isAmong(to, sql`o.unit is not null`, 'u') : isFor(sql.ref('r'))}) of_all
  where state is not null`

/** Who is meant by a query now, or was ordered it: that holds. */
const isAmong = ({ query }: Audience, ordered: RawBuilder<unknown>, row: 'u' | 'm') =>
  sql`(${sqlOfQuery(query, columnsOfUnit(row))} or ${ordered})`

/** The phase of `m`, 0 the first: the same as `phaseOf`. */
function phaseOfUnit({ plan, bounds }: Pick<UnitRollout, 'plan' | 'bounds'>): RawBuilder<number> {
  return sql`coalesce(m.phase, ${phaseIn(bounds, groupOfUnit(plan))})`
}

function groupOfUnit(plan: UnitRollout['plan']) {
  return firstGroup(plan, ({ query }) => (query ? sqlOfQuery(query, columnsOfUnit('m')) : sql`false`))
}

async function add(
  tx: Db,
  given: NewUnitRollout,
  id?: RawBuilder<number>,
): Promise<{ rollout: UnitRollout; fresh: boolean } | undefined> {
  const { to, plan, once } = given
  if (once && (await oneAtATime(tx, 'unit_rollouts', once.key))) {
    const there = tx.selectFrom('unit_rollouts').selectAll().where('key', '=', once.key)
    return { rollout: rolloutOf(await there.executeTakeFirstOrThrow()), fresh: false }
  }
  const named = 'units' in to ? [...new Set(to.units)] : null
  if (named) {
    const { rows } = await sql<{ n: number }>`select count(*) n from units where id = any(${named})`.execute(tx)
    if (rows[0]?.n !== named.length) return undefined
  }
  const row = await insertion(tx, given, named, id).returningAll().executeTakeFirstOrThrow()
  const bounds = await boundsAmong(tx, members({ id: row.id, to }), plan, groupOfUnit(plan))
  if (bounds.length > 0) await tx.updateTable('unit_rollouts').set({ bounds }).where('id', '=', row.id).execute()
  return { rollout: rolloutOf({ ...row, bounds }), fresh: true }
}

function insertion(tx: Db, given: NewUnitRollout, named: readonly string[] | null, id?: RawBuilder<number>) {
  const { release, to, plan, createdAt, once } = given
  const into = tx.insertInto('unit_rollouts')
  const values = {
    release,
    model: 'model' in to ? to.model : null,
    units: 'query' in to ? [] : named && [...named],
    audience: 'query' in to ? JSON.stringify(to) : null,
    plan: JSON.stringify(plan),
    progress: JSON.stringify(begun),
    created_at: new Date(createdAt),
    key: once?.key ?? null,
    asked: once?.asked ?? null,
  }
  if (id === undefined) return into.values(values)
  const { columns, expression } = withId(id, values)
  return into.columns(columns).expression(expression)
}

/** Starts the rollout in a transaction that is taken back, so that what is foretold is what would be. */
async function prospects(
  db: Db,
  order: Parameters<UnitRolloutStore['unitProspects']>[0],
  online: readonly string[],
): Promise<UnitProspect[] | undefined> {
  const tx = await db.startTransaction().execute()
  try {
    const added = await add(tx, { ...order, createdAt: 0, once: null }, nobodysId)
    if (!added) return undefined
    const { rows } = await sql<UnitProspect>`
      select ${phaseOfUnit(added.rollout)} as phase, release, id = any(${online}) as online, count(*) as units
      from (${members(added.rollout)}) m group by 1, 2, 3`.execute(tx)
    return rows
  } finally {
    await tx.rollback().execute()
  }
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
    select ${phaseOfUnit(rollout)} as phase, state, count(*) n from (${members(rollout)}) m group by 1, 2`.execute(db)
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
  }>`select id, state, ${phaseOfUnit(rollout)} as phase, ordered_at, previous
    from (${members(rollout)}) m where id > ${after} order by id limit ${limit}`.execute(db)
  return rows.map(({ id: unit, ordered_at, ...row }) => ({ ...row, unit, orderedAt: ordered_at?.getTime() ?? null }))
}

async function order(tx: Db, rollout: UnitRollout, limit: number, at: number) {
  const { id, release, progress } = rollout
  const newer = await newerByQuery(tx, id)
  const phase = phaseOfUnit(rollout)
  const { rows } = await sql<{ id: string }>`
    with due as (
      select m.id, ${phase} as phase from (${members(rollout)}) m
      where state = 'pending' and ${phase} <= ${progress.phase} and not ${newer} and not exists (
        select 1 from unit_rollouts n join units u on u.id = m.id
        where n.id > ${id} and (n.progress->>'abortedAt') is null and ${isFor(sql.ref('n'))})
      order by m.id limit ${limit}),
    before as (select u.id, u.release, due.phase from units u join due using (id) for update of u),
    ordered as (
      insert into unit_orders (rollout, unit, previous, phase, ordered_at)
      select ${id}::bigint, id, release, phase, ${new Date(at)}::timestamptz from before on conflict do nothing returning unit)
    update units set release = ${release}, standing = 'on_the_way', orders = orders + 1
    where id in (select unit from ordered)
    returning id`.execute(tx)
  return rows.map((row) => row.id).sort()
}

/** Whether a newer rollout for a query has the say about `m`. */
async function newerByQuery(tx: Db, id: number): Promise<RawBuilder<boolean>> {
  const asking = tx.selectFrom('unit_rollouts').select(['id', 'audience']).where('id', '>', id)
  const rows = await asking
    .where('audience', 'is not', null)
    .where(sql<boolean>`(progress->>'abortedAt') is null`)
    .execute()
  const each = rows.flatMap(({ id: other, audience }) => {
    const ordered = sql`exists (select from unit_orders o where o.rollout = ${other} and o.unit = m.id)`
    return audience ? [isAmong(audience, ordered, 'm')] : []
  })
  return sql`(${sql.join([sql`false`, ...each], sql` or `)})`
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
  const { id, release, model, units, audience, plan, bounds, progress, created_at, asked } = row
  const to = audience ?? (units ? { units: [...units].sort() } : model === null ? { all: true as const } : { model })
  return { id, release, to, plan: { ...atOnce, ...plan }, bounds, progress, createdAt: created_at.getTime(), asked }
}
