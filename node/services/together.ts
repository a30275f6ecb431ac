/** Does what many ask for in few goes: all who ask while one go is under way share the next, and its failure. */
export class Together<T> {
  readonly #work: (all: readonly T[]) => Promise<void>
  #waiting: T[] = []
  #next: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(work: (all: readonly T[]) => Promise<void>) {
    this.#work = work
  }

  /** Returns when it was part of a go that ended well. @throws what that go threw */
  ask(one: T): Promise<void> {
    this.#waiting.push(one)
    this.#next ??= this.#begin()
    return this.#next
  }

  async #begin(): Promise<void> {
    await this.#last.catch(() => undefined)
    const all = this.#waiting
    this.#waiting = []
    this.#last = this.#work(all)
    this.#next = undefined
    await this.#last
  }
}
