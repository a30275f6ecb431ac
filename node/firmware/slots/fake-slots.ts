import type { InstallationSet } from '@windlass/model'
import { choose, confirm, countStart, factoryTrial } from './counted-trial.ts'
import type { Slots } from './port.ts'

/** A boot loader in memory that starts a set on trial twice. */
export class FakeSlots implements Slots {
  #trial = factoryTrial

  /** The set to start next. */
  get chosen(): InstallationSet {
    return this.#trial.active
  }

  async active(): Promise<InstallationSet> {
    return this.#trial.active
  }

  async activate(set: InstallationSet): Promise<void> {
    this.#trial = choose(set)
  }

  async validated(): Promise<void> {
    this.#trial = confirm(this.#trial)
  }

  /** The set that starts now. */
  boot(): InstallationSet {
    this.#trial = countStart(this.#trial)
    return this.#trial.active
  }
}
