import type { Random } from '@windlass/platform'
import {
  deliveryList,
  newWebhookRecord,
  type WebhookRecord,
  webhookList,
  webhookOrder,
  webhookTest,
} from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import type { Dispatch } from '../../webhooks/dispatch.ts'
import type { Delivery, Webhook, WebhookStore } from '../../webhooks/webhook.ts'
import { byNumber, typed } from './typed-api.ts'

export interface WebhookPorts {
  store: WebhookStore
  dispatch: Pick<Dispatch, 'refresh' | 'attempts'>
  random: Random
  now(): number
}

const mostShown = 100

/** Webhooks, below `/api/v1`. */
export function webhookRoutes(app: FastifyInstance, { store, dispatch, random, now }: WebhookPorts): void {
  const api = typed(app)
  api.get('/webhooks', { schema: { response: { 200: webhookList } } }, async () => ({
    webhooks: (await store.webhooks()).map(encodeHook),
  }))
  const adding = { body: webhookOrder, response: { 201: newWebhookRecord } }
  api.post('/webhooks', { schema: adding }, async ({ body: { url, events } }, reply) => {
    const { username, password } = new URL(url)
    if (username || password)
      throw new FleetError('request_invalid', 'url: expected no name or password in it, got one')
    const secret = Buffer.from(random.bytes(32)).toString('base64url')
    const hook = await store.add({ url, secret, events: [...new Set(events)], createdAt: now() })
    await dispatch.refresh()
    return reply.code(201).send({ ...encodeHook(hook), secret })
  })
  api.delete('/webhooks/:id', { schema: { params: byNumber } }, async ({ params: { id } }, reply) => {
    if (!(await store.remove(id))) throw unknown(id)
    return reply.code(204).send()
  })
  const reading = { params: byNumber, response: { 200: deliveryList } }
  api.get('/webhooks/:id/deliveries', { schema: reading }, async ({ params: { id } }) => {
    if (!(await store.webhooks()).some((hook) => hook.id === id)) throw unknown(id)
    return { deliveries: (await store.deliveries(id, mostShown)).map(encodeDelivery) }
  })
  const testing = { params: byNumber, response: { 202: webhookTest } }
  api.post('/webhooks/:id/test', { schema: testing }, async ({ params: { id } }, reply) => {
    const body = JSON.stringify({ kind: 'test', at: new Date(now()).toISOString() })
    const delivery = await store.queueFor(id, 'test', body, now())
    if (delivery === undefined) throw unknown(id)
    return reply.code(202).send({ delivery })
  })
}

function encodeHook({ id, url, events, createdAt }: Webhook): WebhookRecord {
  return { id, url, events: [...events], createdAt: new Date(createdAt).toISOString() }
}

function encodeDelivery({ id, kind, state, createdAt, attempts, nextAt, status, error }: Delivery) {
  const times = {
    createdAt: new Date(createdAt).toISOString(),
    nextAt: nextAt === null ? null : new Date(nextAt).toISOString(),
  }
  return { id, kind, state, attempts, status, error, ...times }
}

function unknown(id: number): FleetError {
  return new FleetError('webhook_unknown', `expected a webhook of this fleet, got ${id}`)
}
