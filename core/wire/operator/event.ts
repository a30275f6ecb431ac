import * as z from 'zod'
import { digest, moment, standing, unitStandingName } from './common.ts'

/**
 * `GET /events`: one JSON document per server-sent event. After `connected` the reader should read afresh what it
 * shows: what happened while it was away is not sent again.
 */
export const fleetEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connected'), at: moment }),
  z.object({ kind: z.literal('package'), at: moment, package: digest, change: z.enum(['added', 'removed']) }),
  z.object({
    kind: z.literal('rollout'),
    at: moment,
    rollout: z.int(),
    change: z.enum(['started', 'opened', 'approved', 'paused', 'resumed', 'aborted']),
    /** Which phase opened, who approved, why it pauses. */
    detail: z.string().optional(),
  }),
  z.object({
    kind: z.literal('unit_rollout'),
    at: moment,
    rollout: z.int(),
    change: z.enum(['started', 'opened', 'approved', 'paused', 'resumed', 'aborted', 'taken_back']),
    /** As in `rollout`. */
    detail: z.string().optional(),
  }),
  z.object({
    kind: z.literal('device'),
    at: moment,
    device: digest,
    change: z.enum(['registered', 'changed', 'retry', 'decommissioned', 'recommissioned']),
    version: z.string(),
    status: z.string(),
  }),
  z.object({
    kind: z.literal('report'),
    at: moment,
    device: digest,
    package: z.string(),
    status: z.string(),
    errorMessage: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('attempt'),
    at: moment,
    device: digest,
    package: digest,
    version: z.string().nullable(),
    state: standing,
    reason: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('group'),
    at: moment,
    group: z.string(),
    change: z.enum(['added', 'changed', 'removed']),
  }),
  /** Labels of so many devices were changed. */
  z.object({ kind: z.literal('labels'), at: moment, devices: z.int() }),
  z.object({
    kind: z.literal('unit_group'),
    at: moment,
    group: z.string(),
    change: z.enum(['added', 'changed', 'removed']),
  }),
  /** Labels of so many units were changed. */
  z.object({ kind: z.literal('unit_labels'), at: moment, units: z.int() }),
  z.object({
    kind: z.literal('unit'),
    at: moment,
    unit: z.string(),
    change: z.enum(['changed', 'ordered', 'disconnected']),
    standing: unitStandingName,
  }),
])
export type FleetEvent = z.infer<typeof fleetEvent>
