import type { WebhookKind } from '@windlass/wire/operator'

/** Where the fleet tells what happens. `secret` signs; it must be kept as it is. Instants are milliseconds since 1970. */
export interface Webhook {
  id: number
  url: string
  secret: string
  events: readonly WebhookKind[]
  createdAt: number
}

/** One event on its way to one webhook. */
export interface Delivery {
  id: number
  webhook: number
  kind: string
  body: string
  createdAt: number
  attempts: number
  state: 'waiting' | 'delivered' | 'given_up'
  nextAt: number | null
  status: number | null
  error: string | null
  /** The span in which it happened (W3C `traceparent`), where traces are kept. */
  trace: string | null
}

/** What became of one attempt. */
export interface Outcome {
  state: Delivery['state']
  nextAt: number | null
  status: number | null
  error: string | null
}

/** What waits to be told, also for its next attempt. `oldestAt`: since when the oldest has; null without any. */
export interface Backlog {
  waiting: number
  oldestAt: number | null
}

/** How many attempts ended how. `failed`: there will be another. */
export type Attempts = Readonly<Record<'delivered' | 'failed' | 'given_up', number>>

/** Every method is one transaction. What waits survives a restart and is taken by one process at a time. */
export interface WebhookStore {
  add(webhook: Omit<Webhook, 'id'>): Promise<Webhook>
  webhooks(): Promise<Webhook[]>
  /** With its deliveries. False when there is none. */
  remove(id: number): Promise<boolean>
  /** One delivery for each webhook that wants this kind. */
  queue(kind: WebhookKind, body: string, at: number, trace?: string | null): Promise<void>
  /** One for this webhook alone, whatever it wants; undefined when there is none. */
  queueFor(id: number, kind: string, body: string, at: number): Promise<number | undefined>
  /** What is due, oldest first. Nobody gets it again before `until`: whoever took it may have died. */
  take(limit: number, at: number, until: number): Promise<(Delivery & { hook: Webhook })[]>
  /** Counts an attempt. Of what waits no more each webhook keeps the newest 500. */
  settle(id: number, outcome: Outcome): Promise<void>
  /** Of all webhooks. */
  backlog(): Promise<Backlog>
  /** Newest first. */
  deliveries(webhook: number, limit: number): Promise<Delivery[]>
}

export const mostKept = 500

const secondsBetween = [10, 60, 300, 1800, 7200, 21_600, 43_200]

/** How long to wait after so many attempts that failed; undefined: enough. Eight in all, over 21 hours. */
export function pauseMs(attempts: number): number | undefined {
  const seconds = secondsBetween[attempts - 1]
  return seconds === undefined ? undefined : seconds * 1000
}
