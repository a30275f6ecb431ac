import type { Query, Sha256 } from '@windlass/model'
import type { FirmwareFacts, Pairs } from '@windlass/wire/updatehub'
import type { Audience, Given } from '../rollout/audience.ts'
import type { Pace } from '../rollout/pace.ts'
import type { Plan } from '../rollout/plan.ts'
import type { Progress } from '../rollout/progress.ts'

/*
 * What the fleet remembers. Times are milliseconds since 1970.
 */

/** One distinct content of a package. `at`: its first byte in the archive when stored there as it is, else null. */
export interface KeptObject {
  filename: string
  mode: string
  size: number
  sha256sum: Sha256
  at: number | null
}

export type Hardware = 'any' | readonly string[]

/** `metadata` is byte for byte what was signed; `signature` is base64, empty when unsigned. */
export interface KeptPackage {
  uid: Sha256
  product: string
  version: string
  hardware: Hardware
  metadata: Uint8Array
  signature: string
  size: number
  uploadedAt: number
  objects: readonly KeptObject[]
}

/** Whom a rollout is for; `group`: by which name. */
export type Target =
  | { product: string }
  | { devices: readonly string[]; group?: string }
  | { query: Query; group: string | null }

/** What a rollout in force asks of a device. It carries all that is needed to decide. */
export interface Order {
  rollout: number
  package: Sha256
  product: string
  version: string
  hardware: Hardware
  startAt: number | null
  /** Devices may fetch the package over a link that costs. */
  metered: boolean
  plan: Plan
  /** Where each phase but the last ends on the rollout's ring (rollout/plan.ts); drawn when it started. */
  bounds: readonly number[]
  progress: Progress
  /** Of the product only those; null: all of it, or those named. */
  audience: Audience | null
  /** The first phase that lists the device, where it was looked at for one. */
  listed: number | null
  /** Of a rollout with a speed, where it was looked at. */
  pace: Pace | null
}

/** `asked`: digest of the order that started it, where that had a key. */
export interface Rollout extends Order {
  to: Target
  createdAt: number
  asked: string | null
}

export type Counts = { pending: number; updating: number; updated: number; failed: number; rolled_back: number }

/**
 * `status`: what the device last reported, or what was concluded: `updated`, `rolled_back`; `idle` at first. `waits`: why
 * it does not go on with what it was offered, in its own words; null when it does.
 */
export interface Device {
  id: Sha256
  product: string
  version: string
  hardware: string
  identity: Pairs
  attributes: Pairs
  /** What operators wrote on it. */
  labels: Readonly<Record<string, string>>
  status: string
  waits: string | null
  /** Names the life of its kernel at the last probe; null where its agent does not say. */
  boot: string | null
  firstSeen: number
  lastSeen: number
}

/**
 * What became of one package on one device. `version` is the package's, null where the fleet does not know the package.
 * `from`: what the device ran when it was offered the package last, or first spoke of it; null where nobody noted it. `lastReport`: the
 * last status the device sent for it. `retry`: it may be offered although it failed before. `under`: who offered it last.
 */
export interface Attempt {
  device: Sha256
  package: string
  version: string | null
  from: string | null
  state: 'offered' | 'updating' | 'updated' | 'failed' | 'rolled_back'
  reason: string | null
  lastReport: string | null
  offers: number
  retry: boolean
  under: Given | null
  at: number
}

/** One line of a device's history. `concluded`: the fleet learned it from a probe; nobody reported it. */
export interface ReportEntry {
  at: number
  package: string
  status: string
  concluded: boolean
  previousState: string | null
  errorMessage: string | null
  log: string | null
}

/** A device was heard. A probe tells what it runs and waits for; a report may come from a set that is being left. */
export interface Sight {
  id: Sha256
  facts: FirmwareFacts
  at: number
  by: 'probe' | 'report'
  waits?: string | null
  boot?: string | null
}

/**
 * What holds for a package beside its metadata. `needs`: the oldest version from which it can be installed. `floor`: devices
 * with an older version do not skip it on their way to a newer one.
 */
export interface Rule {
  package: Sha256
  product: string
  version: string
  hardware: Hardware
  needs: string | null
  floor: boolean
}

/** All that is known of one device. `orders`: of rollouts not aborted that name it or may be for its product, newest first. */
export interface Known {
  device: Device
  orders: readonly Order[]
  attempts: readonly Attempt[]
  /** Of packages of the device's product. */
  rules: readonly Rule[]
}
