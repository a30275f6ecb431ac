/**
 * What a killed process was waiting for. Nothing of it goes on: no handler, no `finally`. A new one for each, because one
 * for all would keep whoever waits for it, and with him his world, for ever.
 */
const never = () => new Promise<never>(() => undefined)

/**
 * One life of a process. When it ends, as by kill -9, every call it made into the world stays without an answer for
 * ever, so that its code stops where it stands.
 */
export class Life {
  #alive = true
  readonly #last: (() => void)[] = []

  get alive(): boolean {
    return this.#alive
  }

  /** Ends it. The world does not: what a call had done by then is done. */
  end(): void {
    if (!this.#alive) return
    this.#alive = false
    for (const last of this.#last.splice(0)) last()
  }

  /** Called when it ends; the returned function takes that back. */
  onEnd(last: () => void): () => void {
    this.#last.push(last)
    return () => {
      const at = this.#last.indexOf(last)
      if (at >= 0) this.#last.splice(at, 1)
    }
  }

  /** A call into the world. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#alive) return never()
    try {
      const result = await work()
      return this.#alive ? result : await never()
    } catch (error) {
      if (!this.#alive) await never()
      throw error
    }
  }
}
