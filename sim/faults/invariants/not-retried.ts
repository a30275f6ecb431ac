export const notRetried = {
  name: 'not-retried',
  says: 'a package that was taken back is not installed again unless an operator says so',
} as const

/** The packages that each device took back, by its name. */
export class TakenBack {
  readonly #uids = new Map<string, Set<string>>()

  add(device: string, uid: string): void {
    this.#of(device).add(uid)
  }

  /** An operator said that this device may try this package once more. */
  allow(device: string, uid: string): void {
    this.#of(device).delete(uid)
  }

  /** The device does not know any more what it took back. */
  forget(device: string): void {
    this.#uids.delete(device)
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
