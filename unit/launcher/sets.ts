import type { EnvOverride } from '@windlass/model/unit'
import type { Clock, RunningTime } from '@windlass/platform'
import type { Database } from '@windlass/platform/database'
import type { Placement } from '../ports.ts'
import { Failures } from './failures.ts'
import { renumbered } from './orders.ts'
import { overrideVariables, stillValid } from './overrides.ts'
import type { PlacerState } from './placer.ts'
import { nothing, Records } from './records.ts'
import { Roster } from './roster.ts'

/** What is to run, and what ran before the update that is under way; on disk before anybody hears of it. */
export class Sets {
  readonly records: Records
  readonly roster: Roster
  readonly failures: Failures
  readonly #clock: Clock
  #current: Placement | undefined
  #isUpdating: boolean
  #overrides: readonly EnvOverride[]
  #subjects: ReadonlySet<string>

  constructor(database: Database, clock: Clock, time: RunningTime) {
    this.#clock = clock
    this.records = new Records(database)
    this.roster = new Roster(this.records, time)
    this.failures = new Failures(this.records, clock)
    this.#current = this.records.set('current')
    this.#isUpdating = this.records.set('before') !== undefined
    this.#overrides = this.records.overrides()
    // After a restart nobody shall lose a subject before the unit's identity was asked again.
    this.#subjects = new Set(this.records.subjects())
  }

  get current(): Placement {
    return this.#current ?? nothing
  }

  /** False before the first update: what nodes run then is nobody's business. */
  get isKnown(): boolean {
    return this.#current !== undefined
  }

  /** Between `begin` and `confirm`. */
  get isUpdating(): boolean {
    return this.#isUpdating
  }

  get overrides(): readonly EnvOverride[] {
    return this.#overrides
  }

  state(current = this.current): PlacerState {
    const { identities } = this.roster
    const failures = this.failures.known
    return { current, identities, overrides: this.#overrides, subjects: this.#subjects, failures }
  }

  /** What ran before the update. */
  before(): Placement | undefined {
    const before = this.records.set('before')
    return before && overrideVariables(before, this.#overrides)
  }

  begin(placement: Placement): void {
    this.records.transaction(() => {
      if (!this.#isUpdating) this.records.saveSet('before', this.current)
      this.#adopt(renumbered(placement, this.roster.identities))
      this.failures.forget()
    })
    this.#isUpdating = true
  }

  /** The same requests, placed again. */
  replace(placement: Placement): void {
    this.records.transaction(() => {
      this.#adopt(placement)
      if (!this.#isUpdating) this.roster.retire(placement, this.#subjects)
    })
  }

  confirm(): void {
    this.records.transaction(() => {
      this.records.forgetSet('before')
      this.roster.retire(this.current, this.#subjects)
    })
    this.#isUpdating = false
  }

  setSubjects(subjects: readonly string[]): void {
    this.#subjects = new Set(subjects)
    this.records.saveSubjects(this.#subjects)
  }

  /** Those whose time is over are left out. @returns whether anything is other than before */
  setOverrides(items: readonly EnvOverride[]): boolean {
    const valid = stillValid(items, this.#clock.now())
    if (JSON.stringify(valid) === JSON.stringify(this.#overrides)) return false
    this.records.saveOverrides(valid)
    this.#overrides = valid
    return true
  }

  #adopt(placement: Placement): void {
    this.records.saveSet('current', placement)
    this.roster.admit(placement)
    this.#current = placement
  }
}
