import { Counter, Gauge, type Registry } from 'prom-client'
import type { Attempts, Backlog } from '../webhooks/webhook.ts'

/** Where it is known how deliveries fare. `attempts`: of this process since it started. */
export interface Deliveries {
  backlog(): Promise<Backlog>
  attempts(): Attempts
}

/** What waits for webhooks, of all processes; what this one tried. */
export function webhookMetrics(registry: Registry, deliveries: Deliveries, now: () => number): void {
  const registers = [registry]
  // Both are asked for at once: one look does for both.
  let looking: Promise<Backlog> | undefined
  const look = () => (looking ??= deliveries.backlog().finally(() => (looking = undefined)))
  const waiting: Gauge = new Gauge({
    name: 'windlass_webhook_deliveries_waiting',
    help: 'Deliveries to webhooks that wait, also for the next attempt',
    registers,
    async collect() {
      waiting.set((await look()).waiting)
    },
  })
  const oldest: Gauge = new Gauge({
    name: 'windlass_webhook_oldest_waiting_seconds',
    help: 'Age of the oldest delivery to a webhook that waits, 0 without any',
    registers,
    async collect() {
      const { oldestAt } = await look()
      oldest.set(oldestAt === null ? 0 : Math.max(0, now() - oldestAt) / 1000)
    },
  })
  const attempts: Counter<'outcome'> = new Counter({
    name: 'windlass_webhook_attempts_total',
    help: 'Attempts to tell a webhook, by what came of them',
    labelNames: ['outcome'],
    registers,
    collect() {
      attempts.reset()
      for (const [outcome, count] of Object.entries(deliveries.attempts())) attempts.inc({ outcome }, count)
    },
  })
}
