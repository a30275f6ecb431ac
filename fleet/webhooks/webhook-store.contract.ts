import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mostKept, type WebhookStore } from './webhook.ts'

const hook = (url: string, events: ('rollout' | 'unit')[] = ['rollout']) => ({
  url,
  secret: 's',
  events,
  createdAt: 1000,
})
const done = { state: 'delivered', nextAt: null, status: 204, error: null } as const

/** What every store of webhooks must do. `fresh` gives an empty one. */
export function webhookStoreContract(
  name: string,
  fresh: () => Promise<{ store: WebhookStore; close(): Promise<void> }>,
): void {
  describe(`${name} as a store of webhooks`, () => {
    let store: WebhookStore
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ store, close } = await fresh())
    })
    afterEach(() => close())

    it('queues an event for those who want its kind, and for one alone when asked', async () => {
      const one = await store.add(hook('https://one.example'))
      const two = await store.add(hook('https://two.example', ['unit', 'rollout']))
      expect(await store.webhooks()).toEqual([one, two])
      await store.queue('unit', '{"n":1}', 2000)
      await store.queue('rollout', '{"n":2}', 2000, '00-trace')
      expect((await store.deliveries(one.id, 1))[0]).toMatchObject({ trace: '00-trace' })
      expect((await store.deliveries(one.id, 9)).map(({ body }) => body)).toEqual(['{"n":2}'])
      expect((await store.deliveries(two.id, 9)).map(({ body }) => body)).toEqual(['{"n":2}', '{"n":1}'])
      const test = await store.queueFor(one.id, 'test', '{}', 3000)
      expect((await store.deliveries(one.id, 1))[0]).toEqual({
        id: test,
        webhook: one.id,
        kind: 'test',
        body: '{}',
        createdAt: 3000,
        attempts: 0,
        state: 'waiting',
        nextAt: 3000,
        status: null,
        error: null,
        trace: null,
      })
      expect(await store.queueFor(99, 'test', '{}', 3000)).toBeUndefined()
    })

    it('gives what is due to one taker, and again when that one was not heard of', async () => {
      const one = await store.add(hook('https://one.example'))
      for (const n of [1, 2, 3]) await store.queue('rollout', String(n), 1000 + n)
      const [a, b] = await Promise.all([store.take(2, 2000, 5000), store.take(2, 2000, 5000)])
      expect([...a, ...b].map(({ body }) => body).sort()).toEqual(['1', '2', '3'])
      expect(a[0]?.hook ?? b[0]?.hook).toEqual(one)
      expect(await store.take(9, 4999, 9000)).toEqual([])
      expect(await store.take(9, 5000, 9000)).toHaveLength(3)
    })

    it('counts attempts until one succeeds or it is enough', async () => {
      const { id } = await store.add(hook('https://one.example'))
      await store.queue('rollout', 'x', 1000)
      const [taken] = await store.take(1, 1000, 2000)
      await store.settle(taken?.id ?? 0, { state: 'waiting', nextAt: 7000, status: 500, error: 'no' })
      expect(await store.deliveries(id, 9)).toMatchObject([
        { attempts: 1, state: 'waiting', nextAt: 7000, status: 500 },
      ])
      expect(await store.take(9, 6999, 9000)).toEqual([])
      expect(await store.take(9, 7000, 9000)).toHaveLength(1)
      await store.settle(taken?.id ?? 0, done)
      expect(await store.deliveries(id, 9)).toMatchObject([
        { attempts: 2, state: 'delivered', nextAt: null, error: null },
      ])
      expect(await store.take(9, 99_000, 99_999)).toEqual([])
    })

    it('says how much waits, and since when', async () => {
      expect(await store.backlog()).toEqual({ waiting: 0, oldestAt: null })
      await store.add(hook('https://one.example'))
      await store.add(hook('https://two.example', ['unit']))
      for (const [kind, at] of [
        ['rollout', 3000],
        ['unit', 2000],
        ['rollout', 4000],
      ] as const)
        await store.queue(kind, 'x', at)
      expect(await store.backlog()).toEqual({ waiting: 3, oldestAt: 2000 })
      const [first, second] = (await store.take(9, 9000, 9999)).toSorted(
        (one, other) => one.createdAt - other.createdAt,
      )
      // What somebody tries right now waits, too, and so does what failed.
      expect(await store.backlog()).toEqual({ waiting: 3, oldestAt: 2000 })
      await store.settle(first?.id ?? 0, { state: 'waiting', nextAt: 20_000, status: 500, error: 'no' })
      expect(await store.backlog()).toEqual({ waiting: 3, oldestAt: 2000 })
      await store.settle(first?.id ?? 0, { ...done, state: 'given_up' })
      await store.settle(second?.id ?? 0, done)
      expect(await store.backlog()).toEqual({ waiting: 1, oldestAt: 4000 })
    })

    it('forgets the oldest that are done, and all of a webhook that is removed', async () => {
      const { id } = await store.add(hook('https://one.example'))
      await Promise.all(Array.from({ length: mostKept + 3 }, (_, n) => store.queue('rollout', String(n), 1000)))
      for (const each of await store.take(mostKept + 2, 1000, 2000)) await store.settle(each.id, done)
      const kept = await store.deliveries(id, 9999)
      expect(kept).toHaveLength(mostKept + 1)
      expect(kept.filter(({ state }) => state === 'waiting')).toHaveLength(1)
      expect(await store.remove(id)).toBe(true)
      expect(await store.remove(id)).toBe(false)
      expect(await store.deliveries(id, 9)).toEqual([])
    })
  })
}
