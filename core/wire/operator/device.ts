import * as z from 'zod'
import { digest, moment, page, pairs, standing } from './common.ts'
import { groupName, queryText } from './group.ts'

/** A device as last seen. `status`: what it last reported, or `updated`, `rolled_back`, `idle`; `decommissioned`
 * when an operator took it out of service. `labels`: operators' own. */
export const deviceRecord = z.object({
  id: digest,
  product: z.string(),
  version: z.string(),
  hardware: z.string(),
  identity: pairs,
  attributes: pairs,
  labels: z.record(z.string(), z.string()),
  status: z.string(),
  firstSeen: moment,
  lastSeen: moment,
})
export type DeviceRecord = z.infer<typeof deviceRecord>

/** Why a device is not offered anything now. */
export const idleReason = z.enum([
  'no_rollout',
  'product_mismatch',
  'hardware_unsupported',
  'up_to_date',
  'failed_before',
  'rolled_back_before',
  'phase_closed',
  'paused',
  'decommissioned',
  'window_closed',
  'too_fast',
  'version_too_old',
  'not_in_group',
])
export type IdleReason = z.infer<typeof idleReason>

/**
 * What one rollout says to a device. `code`: an idle reason, or `offer`, or `not_started`. `text`: the same as a sentence;
 * `because`: what stands behind it, a sentence each.
 */
export const reasonRecord = z.object({
  code: z.enum(['offer', 'not_started', ...idleReason.options]),
  rollout: z.int().nullable(),
  text: z.string(),
  because: z.array(z.string()),
})
export type ReasonRecord = z.infer<typeof reasonRecord>

/** What the device's next probe will be answered, were it to come now. */
export const wanted = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('offer'), package: digest, version: z.string(), rollout: z.int() }),
  z.object({ answer: z.literal('wait'), seconds: z.int().min(1), rollout: z.int() }),
  z.object({ answer: z.literal('none'), reason: idleReason, rollout: z.int().nullable() }),
])
export type Wanted = z.infer<typeof wanted>

/** What became of one package on one device. */
export const attemptRecord = z.object({
  package: digest,
  version: z.string().nullable(),
  state: standing,
  reason: z.string().nullable(),
  /** How often it was offered and when last; a device that never answers an offer shows here. */
  offers: z.int(),
  retry: z.boolean(),
  at: moment,
})
export type AttemptRecord = z.infer<typeof attemptRecord>

/**
 * `GET /devices/:id`. Attempts newest first. `waits`: why the device does not go on with what it was offered, in its own
 * words (`metered link (wwan0)`); null when it did not say.
 */
export const deviceDetail = deviceRecord.extend({
  waits: z.string().nullable(),
  wanted,
  /** Why that is the answer: what each rollout says that has a say, newest first. */
  why: z.array(reasonRecord),
  attempts: z.array(attemptRecord),
})
export type DeviceDetail = z.infer<typeof deviceDetail>

/**
 * `GET /devices?search=…&query=…&group=…`: all that is given has to hold. `search` is the beginning of an id, or a piece of a
 * version, hardware, status or identity; shorter than three characters, the beginning of an identity's value.
 */
export const deviceQuery = page.extend({
  search: z.string().max(200).optional(),
  query: queryText.optional(),
  group: groupName.optional(),
})
export type DeviceQuery = z.input<typeof deviceQuery>
export const deviceList = z.object({ devices: z.array(deviceRecord), next: z.string().nullable() })
export type DeviceList = z.infer<typeof deviceList>

/** `GET /devices/count`: of how many devices all that is given is true, as in the list. */
export const deviceCountQuery = deviceQuery.pick({ search: true, query: true, group: true })
export type DeviceCountQuery = z.input<typeof deviceCountQuery>

const devices = z.int()
export const deviceCount = z.object({ devices })
/** `GET /devices/counts`: of all devices, most first; of each list at most 1000. */
export const deviceCounts = z.object({
  devices,
  byStatus: z.array(z.object({ status: z.string(), devices })),
  byProduct: z.array(z.object({ product: z.string(), devices })),
  byVersion: z.array(z.object({ product: z.string(), version: z.string(), devices })),
  byHardware: z.array(z.object({ hardware: z.string(), devices })),
})
export type DeviceCounts = z.infer<typeof deviceCounts>

/** `POST /devices/import`: how many devices the table has, and how many of them the fleet knew. */
export const imported = z.object({ devices: z.int(), known: z.int() })
export type Imported = z.infer<typeof imported>

/** One report, or one thing the fleet concluded by itself from a probe (`concluded`). */
export const reportRecord = z.object({
  id: z.int(),
  at: moment,
  package: z.string(),
  status: z.string(),
  concluded: z.boolean(),
  previousState: z.string().nullable(),
  errorMessage: z.string().nullable(),
  log: z.string().nullable(),
})
export type ReportRecord = z.infer<typeof reportRecord>

/** `GET /devices/:id/history`: newest first. */
export const deviceHistory = z.object({ reports: z.array(reportRecord) })

/** `POST /devices/:id/retry`: the package may be offered to this device once more. */
export const retryOrder = z.strictObject({ package: digest })
