import type { Clock } from '@windlass/platform'

/** Wakes those who wait for a while in case something changes. */
export class Bell {
  #next = Promise.withResolvers<void>()

  ring(): void {
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  /** Returns after `ms`, or sooner when it is rung. @throws the reason of `stop` */
  async wait(ms: number, clock: Clock, stop: AbortSignal): Promise<void> {
    const over = new AbortController()
    try {
      await Promise.race([clock.sleep(ms, AbortSignal.any([stop, over.signal])), this.#next.promise])
    } finally {
      over.abort()
    }
  }
}
