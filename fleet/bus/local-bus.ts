import type { Bus, Listener } from './bus.ts'
import type { BusMessage } from './message.ts'

/** The bus of a fleet that is one process; several ends made of one `line` are the fake of the others. */
export function localBus(line: Set<Listener> = new Set()): Bus {
  const mine = new Set<Listener>()
  return {
    publish(message: BusMessage) {
      for (const { hear } of line) hear(message)
    },
    subscribe(listener) {
      mine.add(listener)
      line.add(listener)
    },
    flush: async () => undefined,
    ping: async () => undefined,
    async close() {
      for (const listener of mine) line.delete(listener)
    },
  }
}
