import type { News } from '@windlass/machine'
import { errorInfo } from '@windlass/model/unit'
import type { UpdateManager } from './diagram.ts'
import { firstOf, type GivenUp, givenUp } from './given-up.ts'

/** A unit that could not come back so often, about a minute, is stuck: that is told, and again after twice as many tries. */
const triesBeforeStuck = 6

/** Follows a unit on its way back. */
export class WayBack {
  #tries = 0
  #stuck: GivenUp | undefined

  /** Why it is not back, once that has gone on for a while. */
  get stuck(): GivenUp | undefined {
    return this.#stuck
  }

  /** Whether it is time to tell. */
  get isDue(): boolean {
    return this.#stuck !== undefined && Number.isInteger(Math.log2(this.#tries / triesBeforeStuck))
  }

  heard(news: News<UpdateManager>): void {
    if (news.kind === 'moved' && news.to.at !== 'reverting') {
      this.#tries = 0
      this.#stuck = undefined
    }
    if (news.kind !== 'waits' || news.state.at !== 'reverting' || news.why === null) return
    this.#tries += 1
    if (this.#tries < triesBeforeStuck) return
    const { errors, during } = news.state
    const first = firstOf(errors)?.message ?? 'failed'
    this.#stuck = givenUp(
      news.state,
      errorInfo('failed', `not back yet: ${news.why}; it failed during ${during}: ${first}`),
    )
  }
}
