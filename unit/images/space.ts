import type { Files } from '@windlass/platform'
import { UnitError } from '../unit-error.ts'

/** Room promised to somebody who is about to write. */
export interface Reservation {
  /** So many bytes of it are on the disk now. */
  used(bytes: number): void
  release(): void
}

/**
 * The room on the filesystem that holds the store. Room is promised before a byte is written; where there is too little,
 * `evict` makes some, until it has nothing left to give up.
 */
export class Space {
  readonly #files: Pick<Files, 'freeBytes'>
  readonly #folder: string
  readonly #evict: () => Promise<boolean>
  #promised = 0
  #reservations = 0
  #released = Promise.withResolvers<void>()
  #turn: Promise<unknown> = Promise.resolve()

  /** @param evict gives something up; false when there is nothing */
  constructor(files: Pick<Files, 'freeBytes'>, folder: string, evict: () => Promise<boolean>) {
    this.#files = files
    this.#folder = folder
    this.#evict = evict
  }

  /** @throws UnitError `no_space` when there is too little, nothing to evict, and nobody else who may give room back */
  reserve(bytes: number, stop: AbortSignal): Promise<Reservation> {
    const mine = this.#turn.then(() => this.#reserve(bytes, stop))
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  async #reserve(bytes: number, stop: AbortSignal): Promise<Reservation> {
    for (;;) {
      stop.throwIfAborted()
      const free = (await this.#files.freeBytes(this.#folder)) - this.#promised
      if (free >= bytes) return this.#promise(bytes)
      if (await this.#evict()) continue
      if (this.#reservations === 0)
        throw new UnitError('no_space', `expected ${bytes} free bytes in ${this.#folder}, got ${free}`)
      await orStopped(this.#released.promise, stop)
    }
  }

  #promise(bytes: number): Reservation {
    let left = bytes
    this.#promised += left
    this.#reservations += 1
    const take = (part: number) => {
      const taken = Math.min(part, left)
      left -= taken
      this.#promised -= taken
    }
    let open = true
    return {
      used: take,
      release: () => {
        if (!open) return
        open = false
        take(left)
        this.#reservations -= 1
        this.#released.resolve()
        this.#released = Promise.withResolvers()
      },
    }
  }
}

async function orStopped(work: Promise<void>, stop: AbortSignal): Promise<void> {
  stop.throwIfAborted()
  const stopped = Promise.withResolvers<never>()
  const abort = () => stopped.reject(stop.reason)
  stop.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([work, stopped.promise])
  } finally {
    stop.removeEventListener('abort', abort)
  }
}
