import type { QueryClient } from '@tanstack/react-query'
import type { FleetEvent, OperatorClient } from '@windlass/wire/operator'
import { type Happening, happeningOf } from './happening.ts'
import { type DeviceNews, isShort, newsIn, patchLists } from './patch.ts'
import { type Touched, touchedBy } from './touched.ts'

const gatherMs = 250
const mostKept = 500

/** What happened since the console was opened, newest first, and whether the fleet is on the line. */
export interface Live {
  happenings: readonly Happening[]
  connected: boolean
}

/** One line of events into what is shown: each asks anew what it touched, many at once ask only once. */
export class Follower {
  #live: Live = { happenings: [], connected: false }
  readonly #watchers = new Set<() => void>()
  readonly #touched = new Map<string, Touched>()
  readonly #news = new Map<string, DeviceNews>()
  #gathering = false

  readonly watch = (tell: () => void): (() => void) => {
    this.#watchers.add(tell)
    return () => this.#watchers.delete(tell)
  }

  readonly live = (): Live => this.#live

  async follow(client: OperatorClient, queries: QueryClient, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of client.events(signal)) this.#hear(event, queries)
    } finally {
      this.#say({ ...this.#live, connected: false })
    }
  }

  /** The line is silent while the fleet is away: a question that nobody answers says so. */
  lost(): void {
    if (this.#live.connected) this.#say({ ...this.#live, connected: false })
  }

  #hear(event: FleetEvent, queries: QueryClient): void {
    this.#say({ happenings: [happeningOf(event), ...this.#live.happenings].slice(0, mostKept), connected: true })
    for (const key of touchedBy(event)) this.#touched.set(JSON.stringify(key), key)
    const news = newsIn(event)
    if (news) this.#news.set(news[0], { ...this.#news.get(news[0]), ...news[1] })
    if (this.#gathering) return
    this.#gathering = true
    setTimeout(() => this.#pass(queries), gatherMs)
  }

  /**
   * Hands on what was gathered. What is being asked just now is asked again once its answer is there: to cancel it each time
   * would leave a busy fleet without an answer. After the line was away long lists are read anew, too.
   */
  #pass(queries: QueryClient): void {
    patchLists(queries, this.#news)
    this.#news.clear()
    for (const [name, queryKey] of this.#touched) {
      const all = queryKey.length === 0
      if (!all && queries.isFetching({ queryKey }) > 0) continue
      this.#touched.delete(name)
      void queries.invalidateQueries({ queryKey, predicate: ({ state }) => all || isShort(state.data) })
    }
    this.#gathering = this.#touched.size > 0
    if (this.#gathering) setTimeout(() => this.#pass(queries), gatherMs)
  }

  #say(live: Live): void {
    this.#live = live
    for (const tell of this.#watchers) tell()
  }
}
