import type { Clock } from '@windlass/platform'
import { DemoError } from './demo-error.ts'
import type { Happening } from './happenings.ts'

type Watcher = (happening: Happening) => void

const patienceMs = 60_000

/** Passes on what happens, to those who show it and to those who wait for it. */
export class News {
  readonly #watchers = new Set<Watcher>()
  readonly #clock: Clock
  readonly #quit: AbortSignal

  constructor(clock: Clock, quit: AbortSignal) {
    this.#clock = clock
    this.#quit = quit
  }

  tell(happening: Happening): void {
    for (const watcher of this.#watchers) watcher(happening)
  }

  /** Returns how to stop it. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /**
   * The first from now on for which `find` gives anything. May be asked for early and awaited later.
   * @throws DemoError `story_failed` after a minute, naming `what`; the reason for which the demo quits
   */
  next<T>(what: string, find: (happening: Happening) => T | undefined): Promise<T> {
    const over = new AbortController()
    const { promise, resolve } = Promise.withResolvers<T>()
    const unwatch = this.watch((happening) => {
      const found = find(happening)
      if (found !== undefined) resolve(found)
    })
    const found = Promise.race([promise, this.#tooLate(what, over.signal)]).finally(() => {
      unwatch()
      over.abort()
    })
    found.catch(() => undefined)
    return found
  }

  async #tooLate(what: string, over: AbortSignal): Promise<never> {
    await this.#clock.sleep(patienceMs, AbortSignal.any([this.#quit, over]))
    throw new DemoError('story_failed', `expected ${what} within ${patienceMs / 1000} s, and it did not come`)
  }
}
