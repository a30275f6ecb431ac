import type { Passage } from '../device/link.ts'
import type { WorldClock } from '../world/world-clock.ts'

const lookAgainMs = 1_000

/**
 * One direction of a connection: what goes in comes out in order, later, or not at all. Where nothing comes through for
 * `patienceMs` the connection is given up, as by a ping that has no answer.
 */
export class Pipe {
  readonly #world: WorldClock
  readonly #passage: () => Passage
  readonly #patienceMs: number
  readonly #onBroken: () => void
  readonly #waiting: (() => void)[] = []
  #isMoving = false
  #isOver = false

  constructor(world: WorldClock, passage: () => Passage, patienceMs: number, onBroken: () => void) {
    this.#world = world
    this.#passage = passage
    this.#patienceMs = patienceMs
    this.#onBroken = onBroken
  }

  /** `arrives`: on the other end, unless the connection ends before. */
  send(arrives: () => void): void {
    if (this.#isOver) return
    this.#waiting.push(arrives)
    if (!this.#isMoving) this.#move(0)
  }

  /** What is still on its way is lost. */
  end(): void {
    this.#isOver = true
    this.#waiting.length = 0
  }

  #move(waitedMs: number): void {
    this.#isMoving = true
    const passage = this.#passage()
    if (passage === 'broken' || waitedMs >= this.#patienceMs) {
      this.end()
      this.#onBroken()
    } else if (passage === 'shut') this.#world.in(lookAgainMs, () => this.#isOver || this.#move(waitedMs + lookAgainMs))
    else this.#world.in(passage.delayMs, () => this.#arrive())
  }

  #arrive(): void {
    this.#isMoving = false
    this.#waiting.shift()?.()
    if (this.#waiting.length > 0 && !this.#isOver && !this.#isMoving) this.#move(0)
  }
}
