import type { BlobSource, CloudOrder, UnitFact } from '@windlass/model/unit'
import type { Cloud } from '../ports.ts'
import { UnitError } from '../unit-error.ts'

type News = Parameters<Parameters<Cloud['watch']>[0]>[0]

/** A cloud in memory: remembers what it was sent and says what it is told to say. */
export class FakeCloud implements Cloud {
  readonly sent: UnitFact[] = []
  /** Where blobs are; an unknown one is not answered. */
  readonly sources = new Map<string, BlobSource>()
  readonly #watchers = new Set<(news: News) => void>()
  #connected = false

  connected(): boolean {
    return this.#connected
  }

  watch(news: (news: News) => void): () => void {
    this.#watchers.add(news)
    return () => this.#watchers.delete(news)
  }

  send(fact: UnitFact): void {
    if (fact.kind === 'unit_status' && fact.status.isDelta && !this.#connected) return
    this.sent.push(fact)
  }

  async blobSources(digests: readonly string[], stop: AbortSignal): Promise<readonly BlobSource[]> {
    stop.throwIfAborted()
    return digests.map((digest) => {
      const source = this.sources.get(digest)
      if (!source || !this.#connected)
        throw new UnitError('cloud_silent', `expected the address of ${digest}, got none`)
      return source
    })
  }

  connect(connected = true): void {
    if (this.#connected === connected) return
    this.#connected = connected
    this.#tell({ kind: 'connection', connected })
  }

  order(order: CloudOrder): void {
    this.#tell({ kind: 'order', order })
  }

  #tell(news: News): void {
    for (const hear of this.#watchers) hear(news)
  }
}
