/*
 * A story as data: what is published and ordered, what goes wrong, and when. Played twice it happens twice. Times are
 * milliseconds from the beginning of the world; devices are named by number from 0, releases from 1.
 */

export interface Scenario {
  seed: number
  devices: number
  /** How long faults and operators are at work. Afterwards all is well and a last, good release goes to everyone. */
  chaosMs: number
  /** What each release is like; the first one is release 1. */
  releases: readonly ReleaseKind[]
  /** When devices may install, as in their settings, such as `daily 03:20-03:04`; always where it is left out. */
  window?: string
  /** Default: none. */
  units?: readonly UnitStory[]
  orders: readonly Order[]
  faults: readonly Fault[]
}

export const releaseKinds = [
  'good',
  /** The kernel does not come up. */
  'panics',
  /** The device's own check says no. */
  'sick',
  /** Sick on devices with an odd number. */
  'half-sick',
  /** Proves itself, and crashes the agent again and again some hours later. */
  'sick-later',
  /** The metadata was changed after it was signed. */
  'changed',
  'unsigned',
  'signed-by-another',
  /** The bytes of an object are not those that were signed. */
  'other-bytes',
  /** Signed for other hardware. */
  'other-hardware',
  /** Does not fit into a slot. */
  'too-large',
] as const
export type ReleaseKind = (typeof releaseKinds)[number]

/** What a release for a unit is like. `firmware-…`: so on one of its nodes, all else of it is well. */
export const unitReleaseKinds = [
  'good',
  'firmware-panics',
  'firmware-sick',
  'firmware-unsigned',
  'firmware-signed-by-another',
  'firmware-changed',
  'firmware-other-bytes',
  'firmware-too-large',
  /** A service ends as soon as it was started, each time. */
  'service-crashes',
  /** The same, on every second node. */
  'service-crashes-on-half',
  /** A service proves itself, and ends again and again some hours later. */
  'service-sick-later',
  /** The fleet has other bytes than the digest says, or none. */
  'blob-other-bytes',
  'blob-missing',
  /** What a layer holds is not what its image says; only the node that unpacks it sees that. */
  'layer-other',
] as const
export type UnitReleaseKind = (typeof unitReleaseKinds)[number]

/** A unit of so many nodes; its node n is device 100 * (unit + 1) + n, the main node is number 0. */
export interface UnitStory {
  nodes: number
  releases: readonly UnitReleaseKind[]
}

/** The device number of a unit's node. */
export function nodeNumber(unit: number, node: number): number {
  return 100 * (unit + 1) + node
}

/** What an operator does. `rollout` counts the rollouts ordered so far, from 0. */
export type Order = { at: number } & (
  | { do: 'rollout'; release: number; to: 'all' | readonly number[] }
  | { do: 'stop'; rollout: number }
  | { do: 'retry'; device: number; release: number }
  /** A unit is to be another release; units from 0. */
  | { do: 'release'; unit: number; release: number }
  /** At the device itself, through its local API: a file on a stick, a file by its address, an end of the download. */
  | { do: 'install-file' | 'install-url'; device: number; release: number }
  /** `tries`: how often, every three seconds, until there is something to abort; default 1. */
  | { do: 'abort'; device: number; tries?: number }
)

/** Which calls of a device count: all, or those made while an update is under way. */
export type During = 'always' | 'update'

/** On which side of the call it happens: the call is not made, or it is made and its answer never comes. */
export type Side = 'before' | 'after'

export const linkTroubles = [
  'refused',
  'lost',
  'answers-lost',
  'slow',
  'twice',
  /** It arrives minutes later, when the one who asked has given up and asked other things. */
  'late',
  'drip',
  'cut',
  'portal',
  'no-ranges',
  'fails',
  'flaky',
] as const
export type LinkTrouble = (typeof linkTroubles)[number]

/** What lies on a disk for long: what a program remembers, a payload or a piece of one, the set that does not run. */
export const restKinds = ['record', 'payload', 'spare'] as const
export type RestKind = (typeof restKinds)[number]

export type Fault = { at: number } & (DeviceFault | StoreFault | { kind: 'fleet-clock'; byMs: number })

/** At the `after`-th call of the fleet's store from then on. `side` after: what it should write is written nevertheless. */
export type StoreFault =
  /** The fleet dies there, and is back after `downMs`. `side` is after where it is left out. */
  | { kind: 'fleet-killed'; after: number; side?: Side; downMs: number }
  /** The connection to the database is lost. */
  | { kind: 'fleet-store-error'; after: number; side: Side }

export type DeviceFault = {
  device: number
} /** At the `after`-th call of its agent from then on; `side` is before where it is left out. */ & (
  | { kind: 'killed'; during: During; after: number; side?: Side }
  | { kind: 'power-cut'; during: During; after: number; side?: Side; offMs: number }
  /** At the `after`-th write: power goes when only the bytes up to, or only those from `boundary` on, are on the disk. */
  | { kind: 'torn-write'; during: During; after: number; kept: 'start' | 'end'; boundary: number }
  | { kind: 'power-cut-in-boot-loader'; afterChanges: number }
  /** From the `after`-th file operation on, so many fail. */
  | { kind: 'disk-error'; code: 'EIO' | 'ENOSPC'; during: During; after: number; times: number }
  /** The `after`-th file of that kind that is opened from then on is not any more what was written: so many bits of it. */
  | { kind: 'bit-rot'; of: RestKind; bits: number; during: During; after: number }
  /** Somebody else fills the disk. */
  | { kind: 'disk-full'; forMs: number }
  | { kind: 'program-error'; how: 'fails' | 'hangs' | 'missing'; during: During; after: number }
  /** One request fails. */
  | { kind: 'request-error'; how: 'refused' | 'cut' | 'timeout'; during: During; after: number }
  | { kind: 'link'; how: LinkTrouble; forMs: number }
  | { kind: 'clock'; byMs: number }
)
