import type { LogRequest } from '@windlass/model/unit'
import type { Clock } from '@windlass/platform'
import type { LogPartRecord, UnansweredLog } from '@windlass/wire/operator'
import type { News } from './news.ts'
import type { UnitStore } from './unit-store.ts'

/** A log that an operator asked for. */
export interface AskedLog {
  correlationId: string
  log: LogRequest
}

/** Until then a unit that comes back is asked again; later nobody waits for it any more. */
const askAgainMs = 5 * 60_000
/** A unit that said nothing so long counts as silent. What comes later is shown nevertheless. */
const silentMs = 45_000

/**
 * Logs that were asked for, in the records: the process that has the unit's socket may die with a question, and whoever has the
 * unit then asks again. Only those of which nothing came: parts that are on their way the unit sends again by itself.
 */
export class LogRequests {
  readonly #store: Pick<UnitStore, 'addNews' | 'news'>
  readonly #clock: Clock

  constructor({ store, clock }: { store: Pick<UnitStore, 'addNews' | 'news'>; clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  async add(unit: string, asked: AskedLog): Promise<void> {
    await this.#store.addNews(unit, 'log_request', this.#clock.now(), [asked])
  }

  /** What is still worth asking, oldest first. */
  async open(unit: string): Promise<AskedLog[]> {
    const since = this.#clock.now() - askAgainMs
    const unanswered = await this.#unanswered(unit)
    return unanswered.flatMap(({ at, content }) => (at > since ? [content] : [])).reverse()
  }

  /** What came, newest first, and what did not come in time. */
  async answers(unit: string): Promise<{ parts: News<'log'>[]; unanswered: UnansweredLog[] }> {
    const till = this.#clock.now() - silentMs
    const silent = (await this.#unanswered(unit)).filter(({ at }) => at <= till)
    const error = `expected an answer of ${unit} within ${silentMs / 1_000} s, got none; ask again when it is connected`
    return {
      parts: newestOfEach(await this.#store.news(unit, 'log')),
      unanswered: silent.map(({ content }) => ({ request: content.correlationId, error })),
    }
  }

  async #unanswered(unit: string): Promise<News<'log_request'>[]> {
    const asked = await this.#store.news(unit, 'log_request')
    if (asked.length === 0) return []
    const answered = new Set((await this.#store.news(unit, 'log')).map(({ content }) => content.request))
    return asked.filter(({ content }) => !answered.has(content.correlationId))
  }
}

/** A unit that was asked twice may answer twice. */
function newestOfEach(newestFirst: readonly News<'log'>[]): News<'log'>[] {
  const keyOf = ({ request, nodeId, part }: Pick<LogPartRecord, 'request' | 'nodeId' | 'part'>) =>
    JSON.stringify([request, nodeId, part])
  const seen = new Set<string>()
  return newestFirst.filter(({ content }) => !seen.has(keyOf(content)) && seen.add(keyOf(content)))
}
