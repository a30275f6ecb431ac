import type { UnitFact } from '@windlass/model/unit'
import { capacity, supersedes } from './capacity.ts'

/** A message on its way to the cloud. `dueMs`: when it is to be sent next, on the clock that never jumps. */
export interface Outgoing {
  txn: string
  fact: UnitFact
  createdAtMs: number
  transmissions: number
  dueMs: number
}

const most = { transmissions: 4, nackDelayMs: 3_600_000 }
const leastNackDelayMs = 100

/**
 * What the cloud has not acknowledged (aoscore.md 6.2). A message is sent at most four times, `waitMs` apart, each time
 * with the same transaction id; nacks and lost connections do not count. Bounded, by kind.
 */
export class Outbox {
  readonly #waitMs: number
  #messages: readonly Outgoing[] = []

  constructor(waitMs: number) {
    this.#waitMs = waitMs
  }

  /** @returns what had to go for it; the message itself when it is the one */
  put(message: Pick<Outgoing, 'txn' | 'fact' | 'createdAtMs'>): Outgoing | undefined {
    const added = { ...message, transmissions: 0, dueMs: 0 }
    const kept = this.#messages.filter(({ fact }) => !supersedes(message.fact, fact))
    const alike = kept.filter(({ fact }) => fact.kind === message.fact.kind)
    const { most: room, drops } = capacity[message.fact.kind]
    const crowded = alike.length >= room
    if (crowded && drops === 'newest') return added
    const dropped = crowded ? alike[0] : undefined
    this.#messages = [...kept.filter((one) => one !== dropped), added]
    return dropped
  }

  /** What is to be sent now, in the order it was put. It counts as sent. */
  take(nowMs: number): readonly Outgoing[] {
    const due = this.#messages.filter(({ dueMs }) => dueMs <= nowMs)
    const gone = new Set(due.filter(({ transmissions }) => transmissions >= most.transmissions))
    this.#messages = this.#messages.filter((message) => !gone.has(message))
    const sent = due.filter((message) => !gone.has(message))
    for (const message of sent) {
      message.transmissions += 1
      message.dueMs = nowMs + this.#waitMs
    }
    return sent
  }

  /** When `take` has something to do next; undefined when nothing waits. */
  nextDueMs(): number | undefined {
    return this.#messages.reduce<number | undefined>((first, { dueMs }) => Math.min(first ?? dueMs, dueMs), undefined)
  }

  /** Acknowledged, or no longer wanted. */
  remove(txn: string): void {
    this.#messages = this.#messages.filter((message) => message.txn !== txn)
  }

  /** The cloud could not take it now. */
  postpone(txn: string, delayMs: number, nowMs: number): void {
    const message = this.#messages.find((one) => one.txn === txn)
    if (!message) return
    message.transmissions = Math.max(0, message.transmissions - 1)
    message.dueMs = nowMs + Math.min(Math.max(delayMs, leastNackDelayMs), most.nackDelayMs)
  }

  /** A new connection: whatever was not acknowledged is sent on it. */
  beginAgain(): void {
    for (const message of this.#messages) {
      message.transmissions = 0
      message.dueMs = 0
    }
  }
}
