import type { WebSocket } from 'ws'

const slots = 30

/** How often a wheel is to be turned. */
export const turnMs = 1_000

/**
 * Pings each socket with every 30th turn and ends those that did not answer the ping before. Ten thousand timers would be memory, and
 * ten thousand pings at once a pause for everybody.
 */
export class PingWheel {
  readonly #slots: readonly Set<WebSocket>[] = Array.from({ length: slots }, () => new Set<WebSocket>())
  readonly #silent = new WeakSet<WebSocket>()
  readonly #heard: (this: WebSocket) => void
  readonly #gone: (this: WebSocket) => void
  #next = 0

  constructor() {
    const silent = this.#silent
    const all = this.#slots
    this.#heard = function heard() {
      silent.delete(this)
    }
    this.#gone = function gone() {
      for (const slot of all) slot.delete(this)
    }
  }

  /** Until it closes. The first ping comes within 30 turns. */
  add(socket: WebSocket): void {
    const fewest = this.#slots.reduce((least, slot) => (slot.size < least.size ? slot : least))
    fewest.add(socket)
    socket.on('pong', this.#heard).on('close', this.#gone)
  }

  turn(): void {
    const slot = this.#slots[this.#next++ % slots]
    for (const socket of slot ?? []) {
      // What is paused cannot hear the answer.
      if (socket.isPaused) continue
      if (this.#silent.has(socket)) socket.terminate()
      else if (socket.readyState === socket.OPEN) {
        this.#silent.add(socket)
        socket.ping()
      }
    }
  }
}
