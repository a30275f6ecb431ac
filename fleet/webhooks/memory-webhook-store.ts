import type { SealableStore } from './sealed-store.ts'
import { type Delivery, mostKept, type Webhook } from './webhook.ts'

/** The webhook store's fake: the same behaviour, in memory. */
export function memoryWebhookStore(): SealableStore {
  const hooks = new Map<number, Webhook>()
  const deliveries = new Map<number, Delivery>()
  let last = 0
  const queued = (webhook: number, kind: string, body: string, at: number, trace: string | null = null): number => {
    last += 1
    const fresh = { attempts: 0, state: 'waiting', nextAt: at, status: null, error: null } as const
    deliveries.set(last, { id: last, webhook, kind, body, createdAt: at, trace, ...fresh })
    return last
  }
  const of = (webhook: number) => [...deliveries.values()].filter((each) => each.webhook === webhook).toReversed()
  return {
    async add(webhook) {
      last += 1
      hooks.set(last, { ...webhook, id: last })
      return { ...webhook, id: last }
    },
    webhooks: async () => [...hooks.values()],
    async remove(id) {
      for (const delivery of of(id)) deliveries.delete(delivery.id)
      return hooks.delete(id)
    },
    async queue(kind, body, at, trace) {
      for (const { id, events } of hooks.values()) if (events.includes(kind)) queued(id, kind, body, at, trace)
    },
    queueFor: async (id, kind, body, at) => (hooks.has(id) ? queued(id, kind, body, at) : undefined),
    async take(limit, at, until) {
      const due = [...deliveries.values()].filter(({ nextAt }) => nextAt !== null && nextAt <= at).slice(0, limit)
      for (const delivery of due) deliveries.set(delivery.id, { ...delivery, nextAt: until })
      return due.flatMap((delivery) => {
        const hook = hooks.get(delivery.webhook)
        return hook ? [{ ...delivery, nextAt: until, hook }] : []
      })
    },
    async settle(id, outcome) {
      const delivery = deliveries.get(id)
      if (!delivery) return
      deliveries.set(id, { ...delivery, ...outcome, attempts: delivery.attempts + 1 })
      const done = of(delivery.webhook).filter(({ state }) => state !== 'waiting')
      for (const old of done.slice(mostKept)) deliveries.delete(old.id)
    },
    async changeSecrets(change) {
      // All of them first: one that cannot be changed leaves the others as they are.
      const changed = [...hooks.values()].map((hook) => ({ ...hook, secret: change(hook.secret) }))
      for (const hook of changed) hooks.set(hook.id, hook)
    },
    async backlog() {
      const waiting = [...deliveries.values()].filter(({ state }) => state === 'waiting')
      const times = waiting.map(({ createdAt }) => createdAt)
      return { waiting: waiting.length, oldestAt: times.length > 0 ? Math.min(...times) : null }
    },
    deliveries: async (webhook, limit) => of(webhook).slice(0, limit),
  }
}
