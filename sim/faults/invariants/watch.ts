import type { InstallationSet } from '@windlass/model'
import type { AgentNews } from '../device/agent-process.ts'
import type { Catalogue } from '../world/catalogue.ts'
import type { Chronicle } from '../world/chronicle.ts'

/** What holds in every world at every moment, or at least in the end. */
export const invariants = {
  boots: 'a device boots: nothing writes to the set that runs or boots next, and a set comes up',
  'no-mix': 'what the boot loader starts is one whole version',
  verified: 'what runs was signed by the right key, for this hardware, and came byte for byte',
  'not-retried': 'a package that was taken back is not installed again unless an operator says so',
  'disk-bounded': 'what the agent keeps on the disk stays bounded',
  counters: 'the counters of a rollout equal a recount from what devices said',
  'server-knows': 'one poll after the last fault the server knows what every device runs',
  'outcomes-told': 'what became of a package on a device reaches the server in the end',
  updatable: 'a good release reaches every device once faults stop',
} as const
export type Invariant = keyof typeof invariants

export interface Violation {
  invariant: Invariant
  device: string
  message: string
}

/** What became of a package on a device, and when by the world's time. */
export interface Outcome {
  what: 'updated' | 'rolled_back' | 'failed'
  at: number
}
type Who = { name: string }

/** Watches every device, and remembers what became of each package on it: the truth that the server is to know. */
export class Watch {
  violation: Violation | undefined
  /** How often things of interest happened. */
  readonly counts = new Map<string, number>()
  readonly #catalogue: Catalogue
  readonly #chronicle: Chronicle
  readonly #now: () => number
  readonly #takenBack = new Map<string, Set<string>>()
  readonly #outcomes = new Map<string, Map<string, Outcome>>()

  constructor(catalogue: Catalogue, chronicle: Chronicle, now: () => number) {
    this.#now = now
    this.#catalogue = catalogue
    this.#chronicle = chronicle
  }

  /** The first violation is kept. */
  broken(invariant: Invariant, { name: device }: Who, message: string): void {
    if (this.violation) return
    this.violation = { invariant, device, message }
    this.#chronicle.add(device, `BROKEN ${invariant}: ${message}`)
  }

  counted(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  booted(device: Who, set: InstallationSet, version: string | undefined): void {
    this.counted('boots')
    if (version === undefined) return this.broken('no-mix', device, `set ${set} holds no whole version`)
    const release = this.#catalogue.release(version)
    if (release && !release.runnable) this.broken('verified', device, `runs ${version}, which is ${release.kind}`)
  }

  moved(device: Who, { from, event, to }: Extract<AgentNews, { kind: 'moved' }>): void {
    if (to.at === 'install' && from.at === 'staged') this.#installs(device, to.offer.uid)
    if (from.at === 'trying' && event.on === 'confirmed') this.#concluded(device, from.uid, 'updated')
    if (to.at !== 'error' || to.uid === '') return
    if (from.at === 'reverting') of(this.#takenBack, device, () => new Set()).add(to.uid)
    this.#concluded(device, to.uid, from.at === 'reverting' ? 'rolled_back' : 'failed')
  }

  /** An operator said that this device may try this package once more. */
  allowed(device: Who, uid: string): void {
    of(this.#takenBack, device, () => new Set()).delete(uid)
  }

  /** What became of each package, by its uid; the last word counts. */
  outcomes(device: Who): ReadonlyMap<string, Outcome> {
    return of(this.#outcomes, device, () => new Map())
  }

  #installs(device: Who, uid: string): void {
    this.counted('installations')
    if (!of(this.#takenBack, device, () => new Set()).has(uid)) return
    const version = this.#catalogue.byUid(uid)?.version ?? uid
    this.broken('not-retried', device, `installs ${version} again, which it took back`)
  }

  #concluded(device: Who, uid: string, what: Outcome['what']): void {
    this.counted(
      { updated: 'updates kept', rolled_back: 'updates taken back', failed: 'updates refused or failed' }[what],
    )
    of(this.#outcomes, device, () => new Map()).set(uid, { what, at: this.#now() })
  }
}

function of<V>(map: Map<string, V>, { name }: Who, fresh: () => V): V {
  const there = map.get(name)
  if (there !== undefined) return there
  const made = fresh()
  map.set(name, made)
  return made
}
