/** What all processes of one fleet have in common, and where they wait for each other. */
export interface Shared {
  /** A value made once for the whole fleet, by whoever asks first; JSON. Others get what that one made. */
  once<T>(name: string, make: () => Promise<T>): Promise<T>
  /** One work of this name at a time, in all processes. A process that dies in it lets go of it. */
  inTurn<T>(name: string, work: () => Promise<T>): Promise<T>
}

/** Those of a fleet that is one process and forgets: the fake. */
export function memoryShared(): Shared {
  const made = new Map<string, Promise<unknown>>()
  const turns = new Map<string, Promise<unknown>>()
  return {
    async once<T>(name: string, make: () => Promise<T>) {
      const value = made.get(name) ?? make()
      made.set(name, value)
      return (await value) as T
    },
    inTurn(name, work) {
      const mine = (turns.get(name) ?? Promise.resolve()).then(work)
      turns.set(
        name,
        mine.catch(() => undefined),
      )
      return mine
    },
  }
}
