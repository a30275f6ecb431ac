import type { Clock, Log } from '@windlass/platform'
import type { Watchdog } from './port.ts'

/** So often within its time it is fed: a system under load is late. */
const timesFed = 4

/**
 * Keeps the hardware watchdog armed from before a restart is ordered until the new set is confirmed or the old one is back.
 * It is fed for as long as the work at hand may take and no longer: work that hangs, an agent that is gone, a kernel that stands still
 * all end in a reset, and the boot loader counts that start as a bad one. A device without a watchdog goes on without.
 */
export class Guard {
  readonly #watchdog: Watchdog | null
  readonly #clock: Clock
  readonly #log: Log
  #feeding: { over: AbortController; ended: Promise<void> } | undefined
  #until = 0

  constructor(watchdog: Watchdog | null, { clock, log }: { clock: Clock; log: Log }) {
    this.#watchdog = watchdog
    this.#clock = clock
    this.#log = log
  }

  /** Armed now, if it was not, and fed for so long from now. Never throws. */
  async allow(ms: number): Promise<void> {
    this.#until = this.#clock.uptime() + ms
    if (!this.#watchdog) return
    try {
      const timeMs = await this.#watchdog.arm()
      if (this.#feeding) return
      this.#log.info('watchdog armed', { seconds: timeMs / 1000 })
      const over = new AbortController()
      this.#feeding = { over, ended: this.#feed(this.#watchdog, timeMs / timesFed, over.signal) }
    } catch (error) {
      this.#log.warning('no watchdog: a hang is for ever', { why: String(error) })
    }
  }

  /** It counts no more. Never throws. */
  async release(): Promise<void> {
    if (!this.#feeding) return
    await this.leave()
    try {
      await this.#watchdog?.disarm()
      this.#log.info('watchdog released')
    } catch (error) {
      this.#log.error('watchdog not released: it will reset the device', { why: String(error) })
    }
  }

  /** The process ends: it is fed no more, and counts on where it was armed. */
  async leave(): Promise<void> {
    const feeding = this.#feeding
    this.#feeding = undefined
    feeding?.over.abort()
    await feeding?.ended
  }

  async #feed(watchdog: Watchdog, everyMs: number, over: AbortSignal): Promise<void> {
    try {
      for (let starves = false; ; ) {
        await this.#clock.sleep(everyMs, over)
        const late = this.#clock.uptime() > this.#until
        if (!late) await watchdog.feed()
        else if (!starves) this.#log.error('no progress: the watchdog is not fed any more')
        starves = late
      }
    } catch (error) {
      if (!over.aborted) this.#log.error('watchdog not fed', { why: String(error) })
    }
  }
}
