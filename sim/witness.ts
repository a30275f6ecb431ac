import type { InstallationSet } from '@windlass/model'
import type { Clock } from '@windlass/platform'
import type { Happening } from './happenings.ts'

/** Remembers what the summary needs of all that happened. */
export class Witness {
  boots = 0
  slot: InstallationSet = 'a'
  /** Milliseconds since the start. */
  firstConfirmedMs: number | undefined
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  see(happening: Happening): void {
    if (happening.kind === 'booted') {
      this.boots += 1
      this.slot = happening.slot
    }
    if (happening.kind === 'moved' && happening.on === 'confirmed') this.firstConfirmedMs ??= this.#clock.uptime()
  }
}
