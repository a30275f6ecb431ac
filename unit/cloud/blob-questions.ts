import type { BlobSource } from '@windlass/model/unit'
import type { Clock } from '@windlass/platform'
import { UnitError } from '../unit-error.ts'

/** What an AosCore cloud answers at once (aoscore.md 0.4). */
const mostDigests = 16

interface Means {
  clock: Clock
  waitMs: number
  newId(): string
  /** Sends the question. @returns how to take it back */
  send(correlationId: string, digests: readonly string[]): () => void
}

/** Questions for the addresses of blobs, and who waits for the answers (aoscore.md 6.2). */
export class BlobQuestions {
  readonly #means: Means
  readonly #open = new Map<string, (sources: readonly BlobSource[]) => void>()

  constructor(means: Means) {
    this.#means = means
  }

  /** @throws UnitError `cloud_silent` when no answer came in time, or one without an asked blob */
  async ask(digests: readonly string[], stop: AbortSignal): Promise<readonly BlobSource[]> {
    stop.throwIfAborted()
    const starts = digests.flatMap((_, at) => (at % mostDigests === 0 ? [at] : []))
    const answers = await Promise.all(
      starts.map((start) => this.#askFor(digests.slice(start, start + mostDigests), stop)),
    )
    return answers.flat()
  }

  /** Whether somebody waited for it. */
  answered(correlationId: string, sources: readonly BlobSource[]): boolean {
    const hear = this.#open.get(correlationId)
    hear?.(sources)
    return hear !== undefined
  }

  async #askFor(digests: readonly string[], stop: AbortSignal): Promise<readonly BlobSource[]> {
    const { clock, waitMs, newId, send } = this.#means
    const id = newId()
    const answer = Promise.withResolvers<readonly BlobSource[]>()
    const ended = new AbortController()
    this.#open.set(id, answer.resolve)
    const takeBack = send(id, digests)
    const late = clock.sleep(waitMs, AbortSignal.any([stop, ended.signal])).then(() => {
      throw new UnitError(
        'cloud_silent',
        `expected the addresses of ${digests.length} blobs within ${waitMs} ms, got none`,
      )
    })
    try {
      return inOrder(digests, await Promise.race([answer.promise, late]))
    } finally {
      this.#open.delete(id)
      takeBack()
      ended.abort()
      late.catch(() => undefined)
    }
  }
}

function inOrder(digests: readonly string[], sources: readonly BlobSource[]): readonly BlobSource[] {
  const byDigest = new Map(sources.map((source) => [source.digest, source]))
  return digests.map((digest) => {
    const source = byDigest.get(digest)
    if (!source) throw new UnitError('cloud_silent', `expected the address of ${digest}, got ${sources.length} others`)
    return source
  })
}
