import type { Clock, Journal } from '@windlass/platform'
import * as v from 'valibot'
import { Bell } from './bell.ts'

/** Somebody on the device wants nothing installed for now. `since` is RFC 3339 in UTC. */
export interface Held {
  reason: string
  since: string
}

const held = v.nullable(v.object({ reason: v.string(), since: v.string() }))

export function readHeld(value: unknown): Held | null {
  return v.parse(held, value)
}

/** The hold of the local API. It outlives restarts, and updates too. */
export class Hold {
  /** Rings when it was put or released. */
  readonly changed = new Bell()
  readonly #journal: Journal<Held | null>
  readonly #clock: Clock

  constructor(journal: Journal<Held | null>, clock: Clock) {
    this.#journal = journal
    this.#clock = clock
  }

  async find(): Promise<Held | null> {
    return (await this.#journal.load()) ?? null
  }

  /** Another reason replaces the one before; the hold is as old as it was. */
  async put(reason: string): Promise<Held> {
    const before = await this.find()
    const now = { reason, since: before?.since ?? new Date(this.#clock.now()).toISOString() }
    await this.#journal.save(now)
    this.changed.ring()
    return now
  }

  /** None is fine. */
  async release(): Promise<void> {
    if (!(await this.find())) return
    await this.#journal.save(null)
    this.changed.ring()
  }
}
