import * as z from 'zod'
import { digest, moment, pairs, standing } from './common.ts'
import { reasonRecord } from './device.ts'
import { groupName, queryText } from './group.ts'
import { healthWatch, planRecord, rolloutPhases, rolloutSpeed, rolloutWindows, timeZone } from './rollout-plan.ts'

const named = z.strictObject({ devices: z.array(digest).min(1).max(100_000) })

/**
 * Whom a rollout is for: of the package's product every device, those of a group, those of which a query is true, each with later
 * ones too; or the devices named.
 */
export const rolloutTarget = z.union([
  z.strictObject({ product: digest }),
  named,
  z.strictObject({ group: groupName }),
  z.strictObject({ query: queryText }),
])
export type RolloutTarget = z.infer<typeof rolloutTarget>

/** The same, with what the group meant when the rollout started; its `query` null: devices listed. */
export const rolloutAudience = z.union([
  z.strictObject({ product: digest }),
  named,
  z.strictObject({ group: groupName, query: queryText.nullable() }),
  z.strictObject({ query: queryText }),
])
export type RolloutAudience = z.infer<typeof rolloutAudience>

/**
 * `POST /rollouts`. Before `startAt` devices are told to come back later; without it the rollout starts at once.
 * `metered`: the package may be fetched over links that cost; default false. `phases`: who gets it first, and when the others
 * do; default: all at once. `windows`: when devices are offered it, in the local time of `timeZone`, default UTC. With the header `Idempotency-Key` (1 to 200 printable characters) an order that is repeated is
 * answered with the rollout that it started, and another order under the same key is refused (`key_reused`).
 */
export const rolloutOrder = z.strictObject({
  package: digest,
  to: rolloutTarget,
  startAt: moment.optional(),
  metered: z.boolean().optional(),
  phases: rolloutPhases.optional(),
  windows: rolloutWindows.optional(),
  timeZone: timeZone.optional(),
  speed: rolloutSpeed.optional(),
  health: healthWatch.optional(),
})
export type RolloutOrder = z.infer<typeof rolloutOrder>

/** How many devices stand where. Counted anew for each answer. */
export const rolloutCounts = z.object({
  pending: z.int(),
  updating: z.int(),
  updated: z.int(),
  failed: z.int(),
  rolled_back: z.int(),
})
export type RolloutCounts = z.infer<typeof rolloutCounts>

export const rolloutRecord = z.object({
  id: z.int().min(1),
  package: digest,
  product: digest,
  version: z.string(),
  to: rolloutAudience,
  status: z.enum(['running', 'paused', 'aborted']),
  createdAt: moment,
  startAt: moment.nullable(),
  metered: z.boolean(),
  plan: planRecord,
  /** The last phase that is open; the first is 1. */
  phase: z.int().min(1),
  paused: z.object({ at: moment, by: z.enum(['operator', 'failure_limit', 'health']), reason: z.string() }).nullable(),
  counts: rolloutCounts,
})
export type RolloutRecord = z.infer<typeof rolloutRecord>

/** One device of a rollout. `reason` says why it is not (yet) updated; null when there is nothing to say. */
export const rolloutDevice = z.object({
  device: digest,
  identity: pairs,
  version: z.string(),
  state: standing,
  reason: z.string().nullable(),
  at: moment.nullable(),
})
export type RolloutDevice = z.infer<typeof rolloutDevice>

/** How far one phase is. `waitsFor`: what keeps the next one closed, a sentence each; empty unless this is the last open one. */
export const phaseStanding = z.object({
  number: z.int().min(1),
  state: z.enum(['passed', 'open', 'closed']),
  counts: rolloutCounts,
  waitsFor: z.array(z.string()),
})
export type PhaseStanding = z.infer<typeof phaseStanding>

/** `GET /rollouts/:id`: with its phases, and one page of its devices, ordered by id. */
export const rolloutDetail = rolloutRecord.extend({
  phases: z.array(phaseStanding),
  devices: z.array(rolloutDevice),
  next: z.string().nullable(),
})
export type RolloutDetail = z.infer<typeof rolloutDetail>

/**
 * `POST /rollouts/forecast`: what the same order would do if it were given now; nothing is started. `phases`: how many devices each
 * would offer it to, `devices` all of them. `bytesEach`: what one device fetches at most.
 */
export const rolloutForecast = z.object({
  devices: z.int(),
  phases: z.array(z.int()),
  bytesEach: z.int(),
  bytes: z.int(),
  excluded: z.array(z.object({ code: reasonRecord.shape.code, text: z.string(), devices: z.int() })),
})
export type RolloutForecast = z.infer<typeof rolloutForecast>

/**
 * `POST /rollouts/:id/roll-back`: the rollout is aborted, and its devices are given what they ran before. `left`: devices that ran a
 * version of which this fleet has no package, or nobody knows which.
 */
export const rolledBack = z.object({
  aborted: rolloutRecord,
  rollouts: z.array(rolloutRecord),
  left: z.array(z.object({ version: z.string().nullable(), devices: z.int() })),
})
export type RolledBack = z.infer<typeof rolledBack>

/** `GET /rollouts`: newest first. */
export const rolloutList = z.object({ rollouts: z.array(rolloutRecord) })
