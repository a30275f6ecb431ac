export const notRetried = {
  name: 'not-retried',
  says: 'a package that was taken back is not installed again unless an operator says so',
} as const

/** The packages that each device took back, by its name. */
export class TakenBack {
  readonly #uids = new Map<string, Set<string>>()
  readonly #startsOver = new Set<string>()

  add(device: string, uid: string): void {
    if (![...this.#startsOver].some((names) => device.startsWith(names))) this.#of(device).add(uid)
  }

  /** An operator said that this device may try this package once more. */
  allow(device: string, uid: string): void {
    this.#of(device).delete(uid)
  }

  /** The device does not know any more what it took back. */
  forget(device: string): void {
    this.#uids.delete(device)
  }

  /**
   * A unit does not know any more where it stood: it takes what is under way back on its nodes, and begins it again.
   * `names`: how those of its nodes begin; `over`: it has begun.
   */
  startOver(names: string, over: boolean): void {
    for (const name of this.#uids.keys()) if (name.startsWith(names)) this.#uids.delete(name)
    if (over) this.#startsOver.delete(names)
    else this.#startsOver.add(names)
  }

  isStartingOver(names: string): boolean {
    return this.#startsOver.has(names)
  }

  has(device: string, uid: string): boolean {
    return this.#of(device).has(uid)
  }

  #of(device: string): Set<string> {
    const there = this.#uids.get(device) ?? new Set()
    this.#uids.set(device, there)
    return there
  }
}
