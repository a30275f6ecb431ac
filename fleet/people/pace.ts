/** Lets each key do something so many times a minute, as many at once after a pause. Kept in this process. */
export class Pace {
  readonly #perMinute: number
  readonly #now: () => number
  readonly #left = new Map<string, { count: number; at: number }>()

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute
    this.#now = now
  }

  /** 0: go on. Else after how many milliseconds the next one is free. */
  take(key: string): number {
    const at = this.#now()
    const before = this.#left.get(key) ?? { count: this.#perMinute, at }
    const count = Math.min(this.#perMinute, before.count + ((at - before.at) * this.#perMinute) / minuteMs)
    this.#left.delete(key)
    this.#left.set(key, { count: count < 1 ? count : count - 1, at })
    // Who was not heard for longest has most likely a full measure again.
    for (const oldest of this.#left.keys()) {
      if (this.#left.size <= mostKeys) break
      this.#left.delete(oldest)
    }
    return count < 1 ? Math.ceil(((1 - count) * minuteMs) / this.#perMinute) : 0
  }
}

const minuteMs = 60_000
const mostKeys = 10_000
