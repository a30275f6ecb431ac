import type { Clock } from '../time/clock.ts'

/** Barks once when it was armed and heard nothing for `ms`. One sleeper, however often it is fed. */
export class Silence {
  readonly #clock: Clock
  readonly #over = new AbortController()
  #since: number
  #armed = true

  constructor(clock: Clock, ms: number, bark: () => void) {
    this.#clock = clock
    this.#since = clock.uptime()
    this.#watch(ms, bark).catch(() => undefined)
  }

  /** Something was heard; from here on it listens. */
  feed(): void {
    this.#since = this.#clock.uptime()
    this.#armed = true
  }

  /** Nothing is expected until it is fed: the reader is the slow one. */
  rest(): void {
    this.#armed = false
  }

  stop(): void {
    this.#over.abort()
  }

  async #watch(ms: number, bark: () => void): Promise<void> {
    for (;;) {
      const heard = this.#armed ? this.#clock.uptime() - this.#since : 0
      if (heard >= ms) return bark()
      await this.#clock.sleep(ms - heard, this.#over.signal)
    }
  }
}
