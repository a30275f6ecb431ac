import type { Journal } from './journal.ts'

/** Forgets with the process. Values pass through JSON as they would on a disk. */
export class MemoryJournal<T> implements Journal<T> {
  readonly #saved: string[] = []

  constructor(first?: T) {
    if (first !== undefined) this.#saved.push(JSON.stringify(first))
  }

  async load(): Promise<T | undefined> {
    return this.saved.at(-1)
  }

  async save(value: T): Promise<void> {
    this.#saved.push(JSON.stringify(value))
  }

  /** Everything ever saved, oldest first. */
  get saved(): T[] {
    return this.#saved.map((text) => JSON.parse(text))
  }
}

export function memoryJournal<T>(first?: T): MemoryJournal<T> {
  return new MemoryJournal(first)
}
