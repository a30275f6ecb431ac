import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from './clock.ts'

interface Sleeper {
  due: number
  wake(): void
}

/**
 * A clock that stands still until it is told to move. With `auto` it moves by itself: when everybody sleeps, the one
 * who is due first is woken. Work on real disks, sockets or threads is not seen by `auto`: time runs past it.
 */
export class FakeClock implements Clock {
  #now: number
  #uptime = 0
  #sleepers: Sleeper[] = []
  readonly #auto: boolean
  #moving = false

  /** `now`: milliseconds since 1970, default 2026-01-02 03:04:05.678 UTC. */
  constructor(options: { now?: number; auto?: boolean } = {}) {
    this.#now = options.now ?? Date.UTC(2026, 0, 2, 3, 4, 5, 678)
    this.#auto = options.auto ?? false
  }

  now(): number {
    return this.#now
  }

  uptime(): number {
    return this.#uptime
  }

  /** How many sleep right now. */
  get sleepers(): number {
    return this.#sleepers.length
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (ms <= 0) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sleeper = { due: this.#uptime + ms, wake: resolve }
    const leave = () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
      reject(signal?.reason)
    }
    this.#sleepers.push(sleeper)
    signal?.addEventListener('abort', leave)
    if (this.#auto) void this.#moveByItself()
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  /** Lets `ms` pass: wakes the sleepers in the order they are due and waits, after each moment, until all is quiet. */
  async advance(ms: number): Promise<void> {
    const end = this.#uptime + ms
    await quiet()
    for (let due = this.#nextDue(); due <= end; due = this.#nextDue()) {
      this.#wakeAt(due)
      await quiet()
    }
    this.#moveTo(end)
  }

  /** Moves the wall clock only, in either direction; sleepers do not notice. */
  jump(ms: number): void {
    this.#now += ms
  }

  async #moveByItself(): Promise<void> {
    if (this.#moving) return
    this.#moving = true
    await quiet()
    for (let due = this.#nextDue(); due < Infinity; due = this.#nextDue()) {
      this.#wakeAt(due)
      await quiet()
    }
    this.#moving = false
  }

  #nextDue(): number {
    return this.#sleepers.reduce((first, { due }) => Math.min(first, due), Infinity)
  }

  #wakeAt(due: number): void {
    this.#moveTo(due)
    const woken = this.#sleepers.filter((sleeper) => sleeper.due <= due)
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.due > due)
    for (const sleeper of woken) sleeper.wake()
  }

  #moveTo(uptime: number): void {
    this.#now += uptime - this.#uptime
    this.#uptime = uptime
  }
}

// One turn of the loop drains all microtasks; the others are for code that yields with setImmediate itself.
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn()
}
