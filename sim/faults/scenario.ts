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

/** What an operator does. `rollout` counts the rollouts ordered so far, from 0. */
export type Order = { at: number } & (
  | { do: 'rollout'; release: number; to: 'all' | readonly number[] }
  | { do: 'stop'; rollout: number }
  | { do: 'retry'; device: number; release: number }
)

/** Which calls of a device count: all, or those made while an update is under way. */
export type During = 'always' | 'update'

export const linkTroubles = [
  'refused',
  'lost',
  'answers-lost',
  'slow',
  'twice',
  'drip',
  'cut',
  'portal',
  'no-ranges',
  'fails',
  'flaky',
] as const
export type LinkTrouble = (typeof linkTroubles)[number]

export type Fault = { at: number } & (
  | DeviceFault
  /** The fleet is killed at its `after`-th call of the store from then on, and is back after `downMs`. */
  | { kind: 'fleet-killed'; after: number; downMs: number }
  | { kind: 'fleet-clock'; byMs: number }
)

export type DeviceFault = {
  device: number
} /** At the `after`-th call of its agent from then on, the call not being made. */ & (
  | { kind: 'killed'; during: During; after: number }
  | { kind: 'power-cut'; during: During; after: number; offMs: number }
  | { kind: 'power-cut-in-boot-loader'; afterChanges: number }
  /** From the `after`-th file operation on, so many fail. */
  | { kind: 'disk-error'; code: 'EIO' | 'ENOSPC'; during: During; after: number; times: number }
  /** Somebody else fills the disk. */
  | { kind: 'disk-full'; forMs: number }
  | { kind: 'program-error'; how: 'fails' | 'hangs' | 'missing'; during: During; after: number }
  /** One request fails. */
  | { kind: 'request-error'; how: 'refused' | 'cut' | 'timeout'; during: During; after: number }
  | { kind: 'link'; how: LinkTrouble; forMs: number }
  | { kind: 'clock'; byMs: number }
)
