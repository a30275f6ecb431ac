import type { SchedulerNotice } from '@windlass/model/unit'
import { type Leg, legNames } from '../desired-state/facts.ts'
import type { UnitUpdate } from '../desired-state/update-manager.ts'
import { cancelNotice, noticeOf, type Seen } from './notice.ts'

const orderOnSubscribe: readonly Leg[] = ['fota', 'sota']

/** Tells subscribers how the two parts of an update stand: at once, firmware first, and whenever one changes. */
export class Notices {
  readonly #update: UnitUpdate
  readonly #seen: Seen
  readonly #subscribers = new Set<(notice: SchedulerNotice) => void>()
  readonly #last = new Map<Leg, string>()

  constructor(update: UnitUpdate, seen: Seen) {
    this.#update = update
    this.#seen = seen
    for (const leg of legNames) this.#last.set(leg, stateText(this.#now(leg)))
    update.watch((news) => {
      for (const leg of legNames) this.#tell(cancelNotice(leg, news) ?? this.#now(leg))
    })
  }

  /** Calls back until the returned function is called. */
  subscribe(subscriber: (notice: SchedulerNotice) => void): () => void {
    for (const leg of orderOnSubscribe) subscriber(this.#now(leg))
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  #now(leg: Leg): SchedulerNotice {
    return noticeOf(leg, this.#update.state, this.#seen)
  }

  #tell(notice: SchedulerNotice): void {
    const text = stateText(notice)
    if (this.#last.get(notice.part) === text) return
    this.#last.set(notice.part, text)
    for (const subscriber of this.#subscribers) subscriber(notice)
  }
}

/** What makes a notice worth telling: the lists change only with the state. */
function stateText({ state, error }: SchedulerNotice): string {
  return `${state} ${error?.message ?? ''}`
}
