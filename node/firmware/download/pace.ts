import type { Clock } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import type { DownloadLimits } from './limits.ts'

const shortestSleepMs = 50

/**
 * Refuses a drip, and drips by itself where the device may not take more. Only the time spent waiting for the server
 * counts, over all attempts of one download, so that neither a slow disk nor cutting the connection in time helps or hurts.
 */
export class Pace {
  readonly #clock: Clock
  readonly #limits: DownloadLimits
  #waitedMs = 0
  #came = 0
  #owedMs = 0
  constructor(clock: Clock, limits: DownloadLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** The same pieces. @throws UpdateError `download_stalled` */
  async *watch(body: AsyncIterable<Uint8Array>, stop: AbortSignal): AsyncGenerator<Uint8Array> {
    let asked = this.#clock.uptime()
    for await (const bytes of body) {
      this.#count(bytes.length, this.#clock.uptime() - asked)
      yield bytes
      await this.#slowDown(bytes.length, stop)
      asked = this.#clock.uptime()
    }
  }

  /** Waits are saved up: a timer for every piece of a quick network would cost more than the pieces. */
  async #slowDown(bytes: number, stop: AbortSignal): Promise<void> {
    const { mostBytesPerSecond } = this.#limits
    if (mostBytesPerSecond === null) return
    this.#owedMs += (bytes * 1000) / mostBytesPerSecond
    if (this.#owedMs < shortestSleepMs) return
    const before = this.#clock.uptime()
    await this.#clock.sleep(this.#owedMs, stop)
    this.#owedMs -= this.#clock.uptime() - before
  }

  #count(bytes: number, ms: number): void {
    this.#waitedMs += ms
    this.#came += bytes
    if (this.#waitedMs < this.#limits.rateWindowMs) return
    const rate = (this.#came * 1000) / this.#waitedMs
    const least = this.#limits.minBytesPerSecond
    if (rate < least) {
      const seconds = Math.round(this.#waitedMs / 1000)
      throw new UpdateError(
        'download_stalled',
        `expected at least ${least} bytes/s from the server, got ${rate.toFixed(1)} over ${seconds} s`,
      )
    }
    this.#waitedMs = 0
    this.#came = 0
  }
}
