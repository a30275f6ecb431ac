import type { Progress } from '@windlass/machine'

/** Bytes per second, averaged over the last seconds of the present work. */
export class Rate {
  readonly #uptime: () => number
  #marks: { at: number; doneBytes: number }[] = []

  constructor(uptime: () => number) {
    this.#uptime = uptime
  }

  reset(): void {
    this.#marks = []
  }

  add({ doneBytes }: Progress): void {
    const at = this.#uptime()
    const last = this.#marks.at(-1)
    if (last && at - last.at < markEveryMs) return
    this.#marks = [...this.#marks.filter((mark) => at - mark.at < windowMs), { at, doneBytes }]
  }

  /** Null until there is something to average. */
  get bytesPerSecond(): number | null {
    const [first] = this.#marks
    const last = this.#marks.at(-1)
    if (!first || !last || last.at === first.at) return null
    return Math.max(0, Math.round(((last.doneBytes - first.doneBytes) * 1000) / (last.at - first.at)))
  }
}

const markEveryMs = 250
const windowMs = 10_000
