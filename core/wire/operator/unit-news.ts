import * as z from 'zod'
import { moment } from './common.ts'

/*
 * What a unit says beside its status, newest first. `at`: when the fleet heard it. What stands in alerts and monitoring is as
 * in core/model/unit/cloud-link.ts, times in milliseconds since 1970.
 */

const alert = z.object({ at: moment, alert: z.looseObject({ kind: z.string() }) })
export type UnitAlertRecord = z.infer<typeof alert>
/** `GET /units/:id/alerts`: the last 500. */
export const unitAlerts = z.object({ alerts: z.array(alert) })

const measured = z.array(z.looseObject({ nodeId: z.string() }))
const measurement = z.object({ at: moment, nodes: measured, instances: measured })
export type UnitMeasurement = z.infer<typeof measurement>
/** `GET /units/:id/monitoring`: the last 60 messages. */
export const unitMonitoring = z.object({ monitoring: z.array(measurement) })

/** `POST /units/:id/logs`: the unit is asked for its system log, or that of instances; without nodes for that of all. */
export const logOrder = z.strictObject({
  type: z.enum(['system', 'instance', 'crash']).default('system'),
  nodeIds: z.array(z.string().min(1).max(64)).max(64).default([]),
  itemId: z.string().min(1).max(64).optional(),
  from: moment.optional(),
  till: moment.optional(),
})
export type LogOrder = z.input<typeof logOrder>
/** `request` stands with each part that comes. */
export const logRequest = z.object({ request: z.string() })

/** One part of a log. `gzip`: base64; parts count from 1 and come for each node by itself. */
export const logPart = z.object({
  at: moment,
  request: z.string(),
  nodeId: z.string(),
  part: z.int(),
  partCount: z.int(),
  status: z.enum(['ok', 'error', 'empty', 'absent']),
  gzip: z.string(),
  error: z.string().nullable(),
})
export type LogPartRecord = z.infer<typeof logPart>
/** A log of which nothing came in time; `error` says so. It may still come. */
export const unansweredLog = z.object({ request: z.string(), error: z.string() })
export type UnansweredLog = z.infer<typeof unansweredLog>
/** `GET /units/:id/logs`: the last 64 parts that came, and of the last 16 requests those that the unit leaves open. */
export const unitLogs = z.object({ parts: z.array(logPart), unanswered: z.array(unansweredLog) })
export type UnitLogs = z.infer<typeof unitLogs>

/** `PUT /units/:id/env`: replaces all that was overridden. What an item does not name, it is for all of. */
export const envOrder = z.strictObject({
  items: z
    .array(
      z.strictObject({
        itemId: z.string().min(1).max(64).optional(),
        subjectId: z.string().min(1).max(64).optional(),
        index: z.int().min(0).optional(),
        variables: z
          .array(
            z.strictObject({
              name: z.string().min(1).max(256),
              value: z.string().max(10_240),
              till: moment.optional(),
            }),
          )
          .max(64),
      }),
    )
    .max(64),
})
export type EnvOrder = z.infer<typeof envOrder>
/** `GET` and `PUT /units/:id/env`. `statuses`: what the unit last said of them, null before. */
export const unitEnv = envOrder.extend({
  statuses: z
    .array(
      z.object({
        itemId: z.string(),
        subjectId: z.string(),
        index: z.int(),
        name: z.string(),
        error: z.string().nullable(),
      }),
    )
    .nullable(),
})
export type UnitEnv = z.infer<typeof unitEnv>
