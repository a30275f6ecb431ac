import * as z from 'zod'
import { digest, moment, standing } from './common.ts'

/** Whom a rollout is for: every device of a product, later ones too, or the devices named. */
export const rolloutTarget = z.union([
  z.strictObject({ product: digest }),
  z.strictObject({ devices: z.array(digest).min(1).max(100_000) }),
])
export type RolloutTarget = z.infer<typeof rolloutTarget>

/**
 * `POST /rollouts`. Before `startAt` devices are told to come back later; without it the rollout starts at once.
 * `metered`: the package may be fetched over links that cost; default false.
 */
export const rolloutOrder = z.strictObject({
  package: digest,
  to: rolloutTarget,
  startAt: moment.optional(),
  metered: z.boolean().optional(),
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
  to: rolloutTarget,
  status: z.enum(['running', 'stopped']),
  createdAt: moment,
  startAt: moment.nullable(),
  metered: z.boolean(),
  counts: rolloutCounts,
})
export type RolloutRecord = z.infer<typeof rolloutRecord>

/** One device of a rollout. `reason` says why it is not (yet) updated; null when there is nothing to say. */
export const rolloutDevice = z.object({
  device: digest,
  version: z.string(),
  state: standing,
  reason: z.string().nullable(),
  at: moment.nullable(),
})
export type RolloutDevice = z.infer<typeof rolloutDevice>

/** `GET /rollouts/:id`: with one page of its devices, ordered by id. */
export const rolloutDetail = rolloutRecord.extend({
  devices: z.array(rolloutDevice),
  next: z.string().nullable(),
})
export type RolloutDetail = z.infer<typeof rolloutDetail>

/** `GET /rollouts`: newest first. */
export const rolloutList = z.object({ rollouts: z.array(rolloutRecord) })
