import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLog } from '@windlass/platform'
import { FakeClock } from '@windlass/platform/fakes'
import { describe, expect, it, onTestFinished } from 'vitest'
import { guardedPost } from '../adapters/guarded-post.ts'
import { eventHub } from '../telemetry/events.ts'
import { Dispatch } from './dispatch.ts'
import { memoryWebhookStore } from './memory-webhook-store.ts'
import { type Delivery, pauseMs } from './webhook.ts'

interface Came {
  headers: IncomingHttpHeaders
  body: string
}

/** Somebody's server: answers with the next status of the list, then with 204. */
async function receiver(statuses: number[] = []) {
  const came: Came[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      came.push({ headers: request.headers, body })
      response.writeHead(statuses.shift() ?? 204, { location: '/elsewhere' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { came, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

function dispatching(privateToo: boolean, store = memoryWebhookStore()) {
  const clock = new FakeClock()
  const log = createLog([], () => 0)
  const dispatch = new Dispatch({ store, post: guardedPost({ privateToo }), clock, log })
  const quit = new AbortController()
  onTestFinished(() => quit.abort())
  return {
    store,
    clock,
    dispatch,
    events: dispatch.through(eventHub()),
    run: () => void dispatch.run(quit.signal),
    quit,
  }
}

const rollout = { kind: 'rollout', at: '2026-01-02T03:04:05.000Z', rollout: 7, change: 'started' } as const
const settled = async (store: ReturnType<typeof memoryWebhookStore>, id: number, want: Partial<Delivery>) =>
  expect.poll(async () => (await store.deliveries(id, 1))[0]).toMatchObject(want)

describe('a webhook', () => {
  it('is told what it wants, with a signature over time and body', async () => {
    const { came, url } = await receiver()
    const { store, dispatch, events, run } = dispatching(true)
    const hook = await store.add({ url, secret: 'shared', events: ['rollout'], createdAt: 0 })
    await dispatch.refresh()
    events.publish({ kind: 'labels', at: rollout.at, devices: 1 })
    events.publish(rollout)
    run()
    await settled(store, hook.id, { state: 'delivered', attempts: 1, status: 204 })
    expect(came).toHaveLength(1)
    expect(JSON.parse(came[0]?.body ?? '')).toEqual(rollout)
    expect(came[0]?.headers).toMatchObject({ 'windlass-event': 'rollout', 'content-type': 'application/json' })
    const [, t, v1] = /^t=(\d+),v1=([a-f0-9]{64})$/.exec(String(came[0]?.headers['windlass-signature'])) ?? []
    expect(createHmac('sha256', 'shared').update(`${t}.${came[0]?.body}`).digest('hex')).toBe(v1)
  })

  it('is tried again after longer and longer, by the next process too, until it takes it', async () => {
    const { came, url } = await receiver([500, 302])
    const first = dispatching(true)
    const hook = await first.store.add({ url, secret: 's', events: ['rollout'], createdAt: 0 })
    await first.dispatch.refresh()
    first.events.publish(rollout)
    first.run()
    await settled(first.store, hook.id, { state: 'waiting', attempts: 1, status: 500 })
    first.quit.abort()
    const next = dispatching(true, first.store)
    await next.clock.advance(10_000)
    next.run()
    await settled(next.store, hook.id, { attempts: 2, status: 302 })
    await next.clock.advance(62_000)
    await settled(next.store, hook.id, { state: 'delivered', attempts: 3 })
    expect(new Set(came.map(({ headers }) => headers['windlass-delivery'])).size).toBe(1)
  })

  it('is given up after eight tries in 21 hours', () => {
    const pauses = Array.from({ length: 8 }, (_, i) => pauseMs(i + 1))
    expect(pauses.at(-1)).toBeUndefined()
    expect(pauses.reduce<number>((sum, each) => sum + (each ?? 0), 0) / 3_600_000).toBeCloseTo(20.6, 1)
  })

  it.each([
    'http://127.0.0.1:1/',
    'http://localhost:1/',
    'http://[::1]:1/',
    'http://[::ffff:127.0.0.1]:1/',
    'http://0/',
    'http://2130706433/',
  ])('is not sent to this machine as %s unless the settings allow it', async (url) => {
    const { store, run, clock } = dispatching(false)
    const hook = await store.add({ url, secret: 's', events: ['rollout'], createdAt: 0 })
    await store.queue('rollout', '{}', clock.now())
    run()
    await settled(store, hook.id, { state: 'waiting', attempts: 1, status: null })
    expect((await store.deliveries(hook.id, 1))[0]?.error).toContain('expected an address of the open net')
  })
})
