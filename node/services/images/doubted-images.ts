import type { Clock } from '@windlass/platform'

const trustMs = 3_600_000

/** Images that are to be looked at before anything is started from them again: once in an hour, and one after the other. */
export class DoubtedImages {
  readonly #look: (manifestDigest: string) => Promise<void>
  readonly #clock: Pick<Clock, 'uptime'>
  readonly #doubted = new Set<string>()
  readonly #lookedAt = new Map<string, number>()
  readonly #underWay = new Map<string, Promise<void>>()
  #last: Promise<void> = Promise.resolve()

  /** `look` rejects when the image is not what it was. */
  constructor(look: (manifestDigest: string) => Promise<void>, clock: Pick<Clock, 'uptime'>) {
    this.#look = look
    this.#clock = clock
  }

  doubt(manifestDigest: string): void {
    const ago = this.#clock.uptime() - (this.#lookedAt.get(manifestDigest) ?? Number.NEGATIVE_INFINITY)
    if (ago >= trustMs) this.#doubted.add(manifestDigest)
  }

  /** Resolves when nobody doubts it any more. @throws what `look` did, for everybody who waited for it */
  async settled(manifestDigest: string): Promise<void> {
    if (this.#doubted.delete(manifestDigest)) {
      this.#lookedAt.set(manifestDigest, this.#clock.uptime())
      // Images share layers.
      this.#last = this.#last.catch(() => undefined).then(() => this.#look(manifestDigest))
      this.#underWay.set(manifestDigest, this.#last)
    }
    await this.#underWay.get(manifestDigest)?.finally(() => this.#underWay.delete(manifestDigest))
  }

  /** Forgets all others. */
  keep(manifestDigests: ReadonlySet<string>): void {
    for (const digest of this.#lookedAt.keys()) if (!manifestDigests.has(digest)) this.#lookedAt.delete(digest)
  }
}
