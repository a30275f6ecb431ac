import * as z from 'zod'
import { moment } from './common.ts'
import { type FleetEvent, fleetEvent } from './event.ts'

/** What a webhook can be told of: all that `GET /events` has. */
export type WebhookKind = Exclude<FleetEvent['kind'], 'connected'>
const kinds = fleetEvent.options.map(({ shape }) => shape.kind.value).filter((kind) => kind !== 'connected')
export const webhookKind = z.enum(kinds as [WebhookKind, ...WebhookKind[]])

/** `POST /webhooks`. Only http and https, without a password in the address. */
export const webhookOrder = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2000),
  events: z.array(webhookKind).min(1),
})
export type WebhookOrder = z.infer<typeof webhookOrder>

export const webhookRecord = z.object({ id: z.int(), url: z.string(), events: z.array(webhookKind), createdAt: moment })
export type WebhookRecord = z.infer<typeof webhookRecord>
export const webhookList = z.object({ webhooks: z.array(webhookRecord) })
/** The secret that signs is shown this once. */
export const newWebhookRecord = webhookRecord.extend({ secret: z.string() })
export type NewWebhookRecord = z.infer<typeof newWebhookRecord>

/** One event on its way to one webhook. `status`: the last HTTP answer; `error`: why there was none, or which it was not. */
export const deliveryRecord = z.object({
  id: z.int(),
  kind: z.string(),
  state: z.enum(['waiting', 'delivered', 'given_up']),
  createdAt: moment,
  attempts: z.int(),
  nextAt: moment.nullable(),
  status: z.int().nullable(),
  error: z.string().nullable(),
})
export type DeliveryRecord = z.infer<typeof deliveryRecord>
/** `GET /webhooks/:id/deliveries`: newest first, the last 100. */
export const deliveryList = z.object({ deliveries: z.array(deliveryRecord) })
/** `POST /webhooks/:id/test`: the number of the delivery. */
export const webhookTest = z.object({ delivery: z.int() })
