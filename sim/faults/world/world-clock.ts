import { setImmediate as turn } from 'node:timers/promises'

interface Appointment {
  due: number
  wake(): void
}

/**
 * The one time line of a simulated world, in milliseconds from its beginning. Time passes only inside `run`: when all is
 * quiet, whoever is due first is woken, one at a time, in the order in which they made their appointments.
 */
export class WorldClock {
  #now = 0
  #working = 0
  // By due time; those of the same moment in the order they came.
  readonly #appointments: Appointment[] = []

  get now(): number {
    return this.#now
  }

  /**
   * Calls `wake` after `ms`, unless the returned function is called before. In whole milliseconds, as timers have it: a
   * moment that is a rounding error away would never come.
   */
  in(ms: number, wake: () => void): () => void {
    const appointment = { due: this.#now + Math.max(0, Math.ceil(ms)), wake }
    const later = this.#appointments.findIndex(({ due }) => due > appointment.due)
    this.#appointments.splice(later < 0 ? this.#appointments.length : later, 0, appointment)
    return () => {
      const at = this.#appointments.indexOf(appointment)
      if (at >= 0) this.#appointments.splice(at, 1)
    }
  }

  /** Time stands still while this goes on: for work that takes more than one turn of Node's loop. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#working += 1
    try {
      return await work
    } finally {
      this.#working -= 1
    }
  }

  /** Lets time pass until the moment `end`, or until `done` says so. */
  async run(end: number, done: () => boolean = () => false): Promise<void> {
    for (;;) {
      await this.#quiet()
      if (done()) return
      const next = this.#appointments[0]
      if (!next || next.due > end) break
      this.#appointments.shift()
      this.#now = next.due
      next.wake()
    }
    this.#now = Math.max(this.#now, end)
  }

  // One turn of the loop drains all microtasks.
  async #quiet(): Promise<void> {
    do await turn()
    while (this.#working > 0)
  }
}
