import type { InstallationSet } from '@windlass/model'
import type { AgentNews } from '../device/agent-process.ts'
import type { Catalogue, Release } from '../world/catalogue.ts'
import type { Chronicle } from '../world/chronicle.ts'
import type { InvariantName, Violation } from './all.ts'
import { mixed } from './no-mix.ts'
import { TakenBack } from './not-retried.ts'
import { type Outcome, Outcomes } from './outcomes-told.ts'
import { RottenRecords } from './rot-noticed.ts'
import { UnitWatch } from './unit-watch.ts'
import { unverified } from './verified.ts'

type Who = { name: string }

/** Watches every device, and keeps the first thing that must not be. */
export class Watch {
  violation: Violation | undefined
  /** How often things of interest happened. */
  readonly counts = new Map<string, number>()
  readonly outcomes = new Outcomes()
  readonly takenBack = new TakenBack()
  readonly rotten = new RottenRecords()
  readonly units = new UnitWatch(this.broken.bind(this), this.counted.bind(this))
  readonly #catalogue: Catalogue
  readonly #chronicle: Chronicle
  readonly #now: () => number

  constructor(catalogue: Catalogue, chronicle: Chronicle, now: () => number) {
    this.#now = now
    this.#catalogue = catalogue
    this.#chronicle = chronicle
  }

  /** `message`: what is wrong, undefined where nothing is. The first violation is kept. */
  broken(invariant: InvariantName, { name: device }: Who, message: string | undefined): void {
    if (this.violation || message === undefined) return
    this.violation = { invariant, device, message }
    this.#chronicle.add(device, `BROKEN ${invariant}: ${message}`)
  }

  renamed(device: Who, from: string): void {
    if (from.endsWith('.tmp')) this.broken('rot-noticed', device, this.rotten.replaced(device.name, from.slice(0, -4)))
  }

  /** A line of some program's log. */
  heard(device: Who, line: string): void {
    if (line.includes('journal lost')) this.#startsOver(device)
    const path = this.rotten.heard(device.name, line)
    if (path === undefined) return
    this.counted('rotten records set aside')
    // It has told that it forgot them: it may try each once more.
    if (path.endsWith('/refused.json')) this.takenBack.forget(device.name)
  }

  /** The main node of a unit knows nothing any more of its updates. */
  #startsOver(device: Who): void {
    this.units.forget(device.name)
    // What nodes took back they did on the unit's word.
    this.takenBack.startOver(device.name.replace(/\d+$/, ''), false)
  }

  counted(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  /** `release`: undefined for what left the factory. */
  booted(device: Who, set: InstallationSet, version: string | undefined, release: Release | undefined): void {
    this.counted('boots')
    this.broken('no-mix', device, mixed(set, version))
    if (version !== undefined) this.broken('verified', device, unverified(version, release))
  }

  /** A unit has begun what it is to be, on all its nodes. */
  unitLaunches({ name }: Who): void {
    if (this.takenBack.isStartingOver(`${name}n`)) this.takenBack.startOver(`${name}n`, true)
  }

  moved(device: Who, { from, event, to }: Extract<AgentNews, { kind: 'moved' }>): void {
    if (to.at === 'install' && from.at !== 'install') this.#installs(device, to.offer.uid)
    if (from.at === 'trying' && event.on === 'confirmed') this.#concluded(device, from.uid, 'updated')
    if (to.at !== 'error' || to.uid === '') return
    if (from.at === 'reverting') this.takenBack.add(device.name, to.uid)
    this.#concluded(device, to.uid, from.at === 'reverting' ? 'rolled_back' : 'failed')
  }

  #installs(device: Who, uid: string): void {
    this.counted('installations')
    if (!this.takenBack.has(device.name, uid)) return
    const version = this.#catalogue.byUid(uid)?.version ?? uid
    this.broken('not-retried', device, `installs ${version} again, which it took back`)
  }

  #concluded(device: Who, uid: string, what: Outcome['what']): void {
    this.counted(
      { updated: 'updates kept', rolled_back: 'updates taken back', failed: 'updates refused or failed' }[what],
    )
    this.outcomes.add(device.name, uid, { what, at: this.#now() })
  }
}
