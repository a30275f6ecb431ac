import type { Clock } from '@windlass/platform'

const ackWaitMs = 10_000
const mostSends = 4

/** Messages sent over one socket until they are acknowledged: four times in all, ten seconds apart (aoscore.md 6.2). */
export class Deliveries {
  readonly #clock: Clock
  readonly #send: (text: string) => void
  readonly #open = new Map<string, AbortController>()

  constructor(clock: Clock, send: (text: string) => void) {
    this.#clock = clock
    this.#send = send
  }

  /** `txn` stays the same however often the message is sent. */
  post(txn: string, text: string): void {
    const done = new AbortController()
    this.#open.set(txn, done)
    void this.#repeat(txn, text, mostSends, 0, done.signal)
  }

  /** The other end has it, or wants it again later. */
  acknowledged(txn: string): void {
    this.#open.get(txn)?.abort()
    this.#open.delete(txn)
  }

  /** The other end was too busy: it comes again after a while, as if for the first time. */
  refused(txn: string, text: string, retryAfterMs: number): void {
    this.acknowledged(txn)
    const done = new AbortController()
    this.#open.set(txn, done)
    void this.#repeat(txn, text, mostSends, retryAfterMs, done.signal)
  }

  end(): void {
    for (const done of this.#open.values()) done.abort()
    this.#open.clear()
  }

  async #repeat(txn: string, text: string, times: number, firstMs: number, done: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(firstMs, done)
      for (let sends = 0; sends < times; sends += 1) {
        this.#send(text)
        await this.#clock.sleep(ackWaitMs, done)
      }
      this.#open.delete(txn)
    } catch {
      // Acknowledged, or the socket is gone: a unit that comes back is told afresh.
    }
  }
}
