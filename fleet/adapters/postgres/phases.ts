import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Within } from '../../groups/extent.ts'
import { atOnce, boundsOf, endsOf, hasGroups, type PhaseSize, type Plan } from '../../rollout/plan.ts'
import { nobody } from '../../rollout/progress.ts'
import type { Counts } from '../../store/records.ts'
import { membersOf } from './members.ts'
import { columnsOf } from './query-sql.ts'
import { writtenFor } from './selection.ts'
import type { Tables } from './tables.ts'
import { countWholeProducts } from './whole-products.ts'

type Db = Kysely<Tables>
type ByGroup = RawBuilder<number | null>

/** Where device or unit `m.id` stands on the ring of rollout `m.rollout`: the same as `pointOf`. */
export const pointOf = sql`('x' || substr(encode(sha256(convert_to(m.rollout || ':' || m.id, 'utf8')), 'hex'), 1, 8))::bit(32)::bigint`

/** The phase that `m.id` belongs to, 0 the first: the same as `phaseOf`. `byGroup`: where the plan has phases of groups. */
export function phaseIn(bounds: readonly number[], byGroup?: ByGroup): RawBuilder<number> {
  const onRing = bounds.length > 0 ? sql<number>`width_bucket(${pointOf}::float8, ${bounds}::float8[])` : sql<number>`0`
  return byGroup ? sql`coalesce(${byGroup}, ${onRing})` : onRing
}

/** The first phase whose group `m` is in, else null. `isIn`: whether it is in that of a phase. */
export function firstGroup(
  { phases }: Pick<Plan, 'phases'>,
  isIn: (size: Extract<PhaseSize, { group: string }>, phase: number) => RawBuilder<boolean>,
): ByGroup | undefined {
  const cases = phases.flatMap(({ size }, i) =>
    'group' in size ? [sql`when ${isIn(size, i)} then ${sql.lit(i)}`] : [],
  )
  return cases.length > 0 ? sql`case ${sql.join(cases, sql` `)} end` : undefined
}

/** Of devices `m`. */
export async function groupOfDevice(db: Db, rollout: number, plan: Pick<Plan, 'phases'>): Promise<ByGroup | undefined> {
  const written = await writtenFor(
    db,
    plan.phases.flatMap(({ size }) => ('group' in size ? (size.query ?? []) : [])),
  )
  const isListed = (phase: number) =>
    sql<boolean>`m.id in (select l.device from rollout_lists l where l.rollout = ${rollout} and l.phase = ${phase})`
  return firstGroup(plan, ({ query }, i) => (query ? written(query, columnsOf('m')) : isListed(i)))
}

/** Draws the bounds of a rollout's phases over the devices it is for now. */
export async function drawBounds(db: Db, rollout: number, plan: Plan): Promise<number[]> {
  if (plan.phases.length < 2) return []
  const whole = db.selectFrom('rollouts').select('id').where('id', '=', rollout).where('whole_product', '=', true)
  const members = await membersOf(db, [rollout])
  // A whole product is counted already: one walk through its devices less.
  if (!hasGroups(plan) && (await whole.executeTakeFirst())) {
    const total = (await countWholeProducts(db, [rollout])).reduce((sum, { n }) => sum + n, 0)
    return drawnBounds(db, members, plan, { total, onRing: total })
  }
  return boundsAmong(db, members, plan, await groupOfDevice(db, rollout, plan))
}

/** The same over these `members`, which have `rollout` and `id`. One sort of them, however many there are. */
export async function boundsAmong(
  db: Db,
  members: RawBuilder<unknown>,
  plan: Plan,
  byGroup?: ByGroup,
): Promise<number[]> {
  if (plan.phases.length < 2) return []
  const isOnRing = byGroup ? sql<boolean>`${byGroup} is null` : sql<boolean>`true`
  const { rows: counted } = await sql<{ total: number; on_ring: number }>`
    select count(*) as total, count(*) filter (where ${isOnRing}) as on_ring from (${members}) m`.execute(db)
  const { total = 0, on_ring: onRing = 0 } = counted[0] ?? {}
  return drawnBounds(db, members, plan, { total, onRing }, isOnRing)
}

async function drawnBounds(
  db: Db,
  members: RawBuilder<unknown>,
  plan: Plan,
  counted: { total: number; onRing: number },
  isOnRing = sql<boolean>`true`,
): Promise<number[]> {
  const { rows } = await sql<{ rank: number; point: number }>`
    select rank, point from (
      select ${pointOf} as point, row_number() over (order by ${pointOf}) - 1 as rank
      from (${members}) m where ${isOnRing}) ranked
    where rank = any(${endsOf(plan, counted.total)})`.execute(db)
  const points = new Map(rows.map((row) => [row.rank, row.point]))
  return boundsOf(plan, counted, (n) => points.get(n))
}

export async function tallyPhases(db: Db, rollout: number, within?: Within): Promise<Counts[]> {
  const asked = db.selectFrom('rollouts').select(['plan', 'bounds', 'whole_product']).where('id', '=', rollout)
  const kept = await asked.executeTakeFirst()
  if (!kept) return []
  const { phases = atOnce.phases } = kept.plan
  const tallies = phases.map(() => ({ ...nobody }))
  if (kept.whole_product && phases.length === 1) {
    for (const { standing, n } of await countWholeProducts(db, [rollout], within))
      if (tallies[0]) tallies[0][standing] = n
    return tallies
  }
  const members = await membersOf(db, [rollout], within)
  // On the ring nobody moves, so only of phases of groups it counts what was given in which.
  const given = hasGroups({ phases })
    ? sql`left join (select device, min(under_phase) as phase from attempts where under_rollout = ${rollout} group by device) g
          on g.device = m.id`
    : sql``
  const now = phaseIn(kept.bounds, await groupOfDevice(db, rollout, { phases }))
  const phase = hasGroups({ phases }) ? sql`coalesce(g.phase, ${now})` : now
  const { rows } = await sql<{ phase: number; standing: keyof Counts; n: number }>`
    select ${phase} as phase, standing, count(*) n from (${members}) m ${given} group by 1, 2`.execute(db)
  for (const row of rows) {
    const tally = tallies[row.phase]
    if (tally) tally[row.standing] = row.n
  }
  return tallies
}
