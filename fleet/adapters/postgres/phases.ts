import { type Kysely, type RawBuilder, sql } from 'kysely'
import { atOnce, boundsOf, endsOf, type Plan } from '../../rollout/plan.ts'
import { nobody } from '../../rollout/progress.ts'
import type { Counts } from '../../store/records.ts'
import { membersOf } from './members.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** Where device or unit `m.id` stands on the ring of rollout `m.rollout`: the same as `pointOf`. */
export const pointOf = sql`('x' || substr(encode(sha256(convert_to(m.rollout || ':' || m.id, 'utf8')), 'hex'), 1, 8))::bit(32)::bigint`

/** The phase that `m.id` belongs to, 0 the first: the same as `phaseAt`. */
export const phaseIn = (bounds: readonly number[]) =>
  bounds.length > 0 ? sql<number>`width_bucket(${pointOf}::float8, ${bounds}::float8[])` : sql<number>`0`

/** Draws the bounds of a rollout's phases over the devices it is for now. */
export async function drawBounds(db: Db, rollout: number, plan: Plan): Promise<number[]> {
  return boundsAmong(db, membersOf([rollout]), plan)
}

/** The same over these `members`, which have `rollout` and `id`. One sort of them, however many there are. */
export async function boundsAmong(db: Db, members: RawBuilder<unknown>, plan: Plan): Promise<number[]> {
  if (plan.phases.length < 2) return []
  const { rows: counted } = await sql<{ n: number }>`select count(*) n from (${members}) m`.execute(db)
  const total = counted[0]?.n ?? 0
  const { rows } = await sql<{ rank: number; point: number }>`
    select rank, point from (
      select ${pointOf} as point, row_number() over (order by ${pointOf}) - 1 as rank from (${members}) m) ranked
    where rank = any(${endsOf(plan, total)})`.execute(db)
  const points = new Map(rows.map((row) => [row.rank, row.point]))
  return boundsOf(plan, total, (n) => points.get(n))
}

export async function tallyPhases(db: Db, rollout: number): Promise<Counts[]> {
  const kept = await db.selectFrom('rollouts').select(['plan', 'bounds']).where('id', '=', rollout).executeTakeFirst()
  if (!kept) return []
  const { phases = atOnce.phases } = kept.plan
  const tallies = phases.map(() => ({ ...nobody }))
  const { rows } = await sql<{ phase: number; standing: keyof Counts; n: number }>`
    select ${phaseIn(kept.bounds)} as phase, standing, count(*) n from (${membersOf([rollout])}) m group by 1, 2`.execute(
    db,
  )
  for (const row of rows) {
    const tally = tallies[row.phase]
    if (tally) tally[row.standing] = row.n
  }
  return tallies
}
