import type { Clock } from '@windlass/platform'
import type { Watchdog } from './port.ts'

/** A watchdog on a fake clock; `bites` is called when it was not fed in time. */
export class FakeWatchdog implements Watchdog {
  /** What was written to it. */
  written = ''
  /** Thrown when it shall be armed. */
  trouble: Error | undefined
  readonly #clock: Clock
  readonly #timeMs: number
  readonly #bites: () => void
  #counting: AbortController | undefined

  constructor(clock: Clock, timeMs: number, bites: () => void = () => {}) {
    this.#clock = clock
    this.#timeMs = timeMs
    this.#bites = bites
  }

  get armed(): boolean {
    return this.#counting !== undefined
  }

  async arm(): Promise<number> {
    if (this.trouble) throw this.trouble
    this.#count()
    return this.#timeMs
  }

  async feed(): Promise<void> {
    if (this.#counting) this.#count()
  }

  async disarm(): Promise<void> {
    if (!this.#counting) return
    this.written += 'V'
    this.#counting.abort()
    this.#counting = undefined
  }

  /** The hardware starts anew, as at every boot. */
  reset(): void {
    this.#counting?.abort()
    this.#counting = undefined
  }

  #count(): void {
    this.written += '.'
    this.#counting?.abort()
    const counting = new AbortController()
    this.#counting = counting
    this.#clock.sleep(this.#timeMs, counting.signal).then(
      () => {
        this.#counting = undefined
        this.#bites()
      },
      () => undefined,
    )
  }
}
