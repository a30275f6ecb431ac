import type { BlobOrigin } from '@windlass/images'
import type { BlobStore } from './blob-store.ts'
import type { Fetcher, FetchTerms, WantedBlob } from './fetcher.ts'
import { Limiter } from './limiter.ts'

/** The blobs of one download, over all its items: each is looked at once, whoever needs it, and so many at a time. */
export class Gathering {
  readonly #store: BlobStore
  readonly #fetcher: Fetcher
  readonly #limiter: Limiter
  readonly #stop: AbortSignal
  readonly #known = new Map<string, { origin: BlobOrigin; done: Promise<void> }>()
  constructor(store: BlobStore, fetcher: Fetcher, atOnce: number, stop: AbortSignal) {
    this.#store = store
    this.#fetcher = fetcher
    this.#limiter = new Limiter(atOnce)
    this.#stop = stop
  }

  /** The blob is here and right: it was, or it is fetched. @throws what Fetcher.fetch throws */
  ensure(wanted: WantedBlob, terms: FetchTerms): Promise<void> {
    const known = this.#known.get(wanted.digest)
    if (known?.origin === terms.origin) return known.done
    const done = known ? known.done.catch(() => this.#bring(wanted, terms)) : this.#bring(wanted, terms)
    this.#known.set(wanted.digest, { origin: terms.origin, done })
    return done
  }

  #bring(wanted: WantedBlob, terms: FetchTerms): Promise<void> {
    return this.#limiter.run(async () => {
      this.#stop.throwIfAborted()
      if (await this.#store.intact(wanted.digest, this.#stop)) return
      await this.#store.discard(wanted.digest)
      await this.#fetcher.fetch(wanted, terms, this.#stop)
    })
  }
}
