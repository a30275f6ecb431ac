import type { Clock } from '@windlass/platform'

/** Wakes those who wait for something to happen, whatever it is. */
export class Bell {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ring(): void {
    for (const wake of this.#waiting) wake()
  }

  /** Until it rings, at most `ms`. Rejects with the signal's reason. */
  async heard(ms: number, stop?: AbortSignal): Promise<void> {
    const ended = new AbortController()
    const signal = stop ? AbortSignal.any([stop, ended.signal]) : ended.signal
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add(resolve)
    try {
      await Promise.race([promise, this.#clock.sleep(ms, signal)])
    } finally {
      this.#waiting.delete(resolve)
      ended.abort()
    }
  }
}
