import type { Clock, Log } from '@windlass/platform'
import type { FleetEvent, WebhookKind } from '@windlass/wire/operator'
import type { Events } from '../telemetry/events.ts'
import { noTracing, type Tracing } from '../telemetry/tracing.ts'
import type { Post } from './post.ts'
import { signatureOf } from './signature.ts'
import { type Attempts, type Delivery, type Outcome, pauseMs, type Webhook, type WebhookStore } from './webhook.ts'

export interface DispatchPorts {
  store: WebhookStore
  post: Post
  clock: Clock
  log: Log
  /** Absent: nobody wants to know. */
  tracing?: Tracing
}

const lookEveryMs = 2000
const atOnce = 10
/** Longer than any attempt takes. */
const leaseMs = 60_000

/** Tells webhooks what happens in this process, and sends what is due from any. Ends with the signal. */
export class Dispatch {
  readonly #ports: DispatchPorts
  readonly #attempts = { delivered: 0, failed: 0, given_up: 0 }
  #wanted: ReadonlySet<string> = new Set()

  constructor(ports: DispatchPorts) {
    this.#ports = ports
  }

  /** Of this process. */
  attempts(): Attempts {
    return { ...this.#attempts }
  }

  /** The same events; those that a webhook wants are written down as they are published. */
  through(events: Events): Events {
    return {
      listen: (signal) => events.listen(signal),
      publish: (event) => {
        events.publish(event)
        if (event.kind !== 'connected' && this.#wanted.has(event.kind)) void this.#queue(event.kind, event)
      },
    }
  }

  /** What is wanted is known up to two seconds late where another process learned it. */
  async refresh(): Promise<void> {
    this.#wanted = new Set((await this.#ports.store.webhooks()).flatMap(({ events }) => events))
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#ports
    while (!signal.aborted) {
      const sent = await this.#round().catch((error: unknown) => {
        log.warning('webhooks not looked after', { why: textOf(error) })
        return 0
      })
      if (sent < atOnce) await clock.sleep(lookEveryMs, signal).catch(() => undefined)
    }
  }

  async #queue(kind: WebhookKind, event: FleetEvent): Promise<void> {
    const { store, clock, log, tracing = noTracing } = this.#ports
    const trace = tracing.traceparent() ?? null
    await store.queue(kind, JSON.stringify(event), clock.now(), trace).catch((error: unknown) => {
      log.error('event not kept for webhooks', { kind, why: textOf(error) })
    })
  }

  async #round(): Promise<number> {
    await this.refresh()
    const { store, clock } = this.#ports
    const now = clock.now()
    const due = await store.take(atOnce, now, now + leaseMs)
    await Promise.all(due.map((delivery) => this.#deliver(delivery)))
    return due.length
  }

  async #deliver(delivery: Delivery & { hook: Webhook }): Promise<void> {
    const { id, kind, body, attempts, hook } = delivery
    const { store, post, clock, log, tracing = noTracing } = this.#ports
    const facts = { 'windlass.webhook': hook.id, 'windlass.event': kind }
    const parent = delivery.trace ?? undefined
    const span = tracing.open({ name: `webhook ${kind}`, kind: 'client', facts, parent })
    const traceparent = span.traceparent()
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'windlass',
      'windlass-delivery': String(id),
      'windlass-event': kind,
      'windlass-signature': signatureOf(hook.secret, clock.now(), body),
      ...(traceparent !== undefined && { traceparent }),
    }
    const answer = await post.send(hook.url, headers, body).catch((error: unknown) => textOf(error))
    if (typeof answer === 'number') span.note({ 'http.response.status_code': answer })
    span.end(typeof answer === 'string')
    const outcome = outcomeOf(answer, attempts + 1, clock.now())
    await store.settle(id, outcome)
    this.#attempts[outcome.state === 'waiting' ? 'failed' : outcome.state] += 1
    if (outcome.state === 'given_up')
      log.warning('webhook given up', { webhook: hook.id, delivery: id, why: outcome.error })
  }
}

function outcomeOf(answer: number | string, attempts: number, now: number): Outcome {
  const status = typeof answer === 'number' ? answer : null
  if (status !== null && status >= 200 && status < 300) return { state: 'delivered', nextAt: null, status, error: null }
  const error = typeof answer === 'string' ? answer.slice(0, 500) : `expected a status from 200 to 299, got ${answer}`
  const pause = pauseMs(attempts)
  if (pause === undefined) return { state: 'given_up', nextAt: null, status, error }
  return { state: 'waiting', nextAt: now + pause, status, error }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
