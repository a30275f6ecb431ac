import type { ItemStatus } from '@windlass/model/unit'
import { type Leg, legNames } from '../desired-state/facts.ts'
import type { UnitUpdate } from '../desired-state/update-manager.ts'
import { cancelNotice, type Notice, noticeOf } from './notice.ts'

const orderOnSubscribe: readonly Leg[] = ['fota', 'sota']

/** Tells subscribers how the two parts of an update stand: at once, firmware first, and whenever one changes. */
export class Notices {
  readonly #update: UnitUpdate
  readonly #items: () => readonly ItemStatus[]
  readonly #subscribers = new Set<(notice: Notice) => void>()
  readonly #last = new Map<Leg, string>()

  constructor(update: UnitUpdate, items: () => readonly ItemStatus[]) {
    this.#update = update
    this.#items = items
    for (const leg of legNames) this.#last.set(leg, stateText(this.#now(leg)))
    update.watch((news) => {
      for (const leg of legNames) {
        const ended = cancelNotice(leg, news)
        if (ended) this.#tell(ended)
        else this.#tell(this.#now(leg))
      }
    })
  }

  /** Calls back until the returned function is called. */
  subscribe(subscriber: (notice: Notice) => void): () => void {
    for (const leg of orderOnSubscribe) subscriber(this.#now(leg))
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  #now(leg: Leg): Notice {
    return noticeOf(leg, this.#update.state, this.#items())
  }

  #tell(notice: Notice): void {
    const text = stateText(notice)
    if (this.#last.get(notice.leg) === text) return
    this.#last.set(notice.leg, text)
    for (const subscriber of this.#subscribers) subscriber(notice)
  }
}

/** What makes a notice worth telling: the lists change only with the state. */
function stateText({ state, error }: Notice): string {
  return `${state} ${error?.message ?? ''}`
}
