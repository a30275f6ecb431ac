import * as z from 'zod'
import { moment, standing } from './common.ts'
import { groupName, queryText } from './group.ts'
import { phaseStanding, rolloutCounts } from './rollout.ts'
import { planRecord, rolloutPhases } from './rollout-plan.ts'

const unitId = z.string().min(1).max(64)

const all = z.strictObject({ all: z.literal(true) })
const model = z.strictObject({ model: z.string().min(1).max(64) })
const units = z.strictObject({ units: z.array(unitId).min(1).max(10_000) })

/**
 * Whom a rollout of a release is for: every unit, those of a model, of a group, or of which a query is true, each with later ones
 * too; or the units named.
 */
export const unitTarget = z.union([
  all,
  model,
  units,
  z.strictObject({ group: groupName }),
  z.strictObject({ query: queryText }),
])
/** The same, with what the group meant when the rollout started. */
export const unitAudience = z.union([
  all,
  model,
  units,
  z.strictObject({ group: groupName, query: queryText }),
  z.strictObject({ query: queryText }),
])
export type UnitAudience = z.infer<typeof unitAudience>
export type UnitTarget = z.infer<typeof unitTarget>

/** `POST /unit-rollouts`. `phases` and the header `Idempotency-Key` as in `POST /rollouts`. */
export const unitRolloutOrder = z.strictObject({
  release: z.int().min(1),
  to: unitTarget,
  phases: rolloutPhases.optional(),
})
export type UnitRolloutOrder = z.infer<typeof unitRolloutOrder>

/**
 * `POST /unit-rollouts/forecast`: what the same order would do if it were given now; nothing is started. `phases`: how many units
 * would be ordered the release in each, `units` all of them. `away`: those of them that would hear of it when they are back. `has`:
 * how many are to run it already. `from`: which release the others are to run before, most first.
 */
export const unitRolloutForecast = z.object({
  units: z.int(),
  phases: z.array(z.int()),
  away: z.int(),
  has: z.int(),
  from: z.array(z.object({ release: z.object({ id: z.int().min(1), name: z.string() }).nullable(), units: z.int() })),
})
export type UnitRolloutForecast = z.infer<typeof unitRolloutForecast>

/** `rolled_back` counts the units that were given back what they were to run before. */
export const unitRolloutRecord = z.object({
  id: z.int().min(1),
  release: z.object({ id: z.int().min(1), name: z.string() }),
  to: unitAudience,
  status: z.enum(['running', 'paused', 'aborted']),
  createdAt: moment,
  plan: planRecord,
  /** The last phase that is open; the first is 1. */
  phase: z.int().min(1),
  paused: z.object({ at: moment, by: z.string(), reason: z.string() }).nullable(),
  counts: rolloutCounts,
})
export type UnitRolloutRecord = z.infer<typeof unitRolloutRecord>

/** One unit of a rollout. `previous`: the release that it was to run before; null: none, or not ordered yet. */
export const unitRolloutMember = z.object({
  unit: z.string(),
  state: standing,
  phase: z.int().min(1),
  orderedAt: moment.nullable(),
  previous: z.int().nullable(),
})
export type UnitRolloutMember = z.infer<typeof unitRolloutMember>

/** `GET /unit-rollouts/:id`: with its phases, and one page of its units, ordered by id. */
export const unitRolloutDetail = unitRolloutRecord.extend({
  phases: z.array(phaseStanding),
  units: z.array(unitRolloutMember),
  next: z.string().nullable(),
})
export type UnitRolloutDetail = z.infer<typeof unitRolloutDetail>

/** `GET /unit-rollouts`: newest first. */
export const unitRolloutList = z.object({ rollouts: z.array(unitRolloutRecord) })
