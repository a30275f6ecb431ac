import type { News } from '@windlass/machine'
import { errorInfo } from '@windlass/model/unit'
import type { Clock } from '@windlass/platform'
import type { UpdateManager } from './diagram.ts'
import { firstOf, type GivenUp, givenUp } from './given-up.ts'

/** A unit that could not come back for so long is stuck: that is told, and again after twice as long. */
const patienceMs = 60_000

/** Follows a unit on its way back. */
export class WayBack {
  readonly #clock: Clock
  /** Since when it comes back, uptime; undefined while it does not. */
  #since: number | undefined
  #tellAfterMs = patienceMs
  #stuck: GivenUp | undefined
  #isDue = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Why it is not back, once that has gone on for a while. */
  get stuck(): GivenUp | undefined {
    return this.#stuck
  }

  /** Whether it is time to tell. */
  get isDue(): boolean {
    return this.#isDue
  }

  heard(news: News<UpdateManager>): void {
    this.#isDue = false
    if (news.kind === 'moved' && news.to.at !== news.from.at) this.#begins(news.to.at === 'reverting')
    if (news.kind !== 'waits' || news.state.at !== 'reverting' || news.why === null) return
    const now = this.#clock.uptime()
    this.#since ??= now
    if (now - this.#since < patienceMs) return
    const { errors, during } = news.state
    const first = firstOf(errors)?.message ?? 'failed'
    const why = `not back yet: ${news.why}; it failed during ${during}: ${first}`
    this.#stuck = givenUp(news.state, errorInfo('failed', why))
    if (now - this.#since < this.#tellAfterMs) return
    this.#isDue = true
    this.#tellAfterMs = 2 * (now - this.#since)
  }

  #begins(isReverting: boolean): void {
    this.#since = isReverting ? this.#clock.uptime() : undefined
    this.#tellAfterMs = patienceMs
    this.#stuck = undefined
  }
}
