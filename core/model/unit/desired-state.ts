import type { ItemType } from './instance.ts'
import type { Schedule } from './schedule.ts'
import type { UnitConfig } from './unit-config.ts'

/**
 * What the cloud wants a unit to be (aoscore.md 6.5, desiredStatus). An absent `items` or `instances` means: leave them as
 * they are; an empty one means: none.
 */
export interface DesiredState {
  nodes: readonly DesiredNode[]
  unitConfig?: UnitConfig
  items?: readonly DesiredItem[]
  instances?: readonly DesiredInstance[]
  subjects: readonly Subject[]
  certificates: readonly TrustedCertificate[]
  certificateChains: readonly CertificateChain[]
  sotaSchedule?: Schedule
  fotaSchedule?: Schedule
}

export interface DesiredNode {
  nodeId: string
  state: 'provisioned' | 'paused'
}

/** `indexDigest`: `sha256:` and 64 hexadecimal digits, of the item's OCI index. */
export interface DesiredItem {
  itemId: string
  type: ItemType
  version: string
  ownerId: string
  indexDigest: string
}

/** `numInstances` 0, for components: one on every runtime that fits. */
export interface DesiredInstance {
  itemId: string
  subjectId: string
  priority: number
  numInstances: number
  labels: readonly string[]
}

/** `isReportedFromUnit`: its instances run only while the unit itself counts it among its subjects. */
export interface Subject {
  subjectId: string
  type: 'group' | 'user'
  isReportedFromUnit: boolean
}

/** `der`: base64. */
export interface TrustedCertificate {
  der: string
  fingerprint: string
}

/** The signing certificate's fingerprint first, then the intermediates'. */
export interface CertificateChain {
  name: string
  fingerprints: readonly string[]
}

/**
 * Whether two desired states ask for the same (aoscore.md 2.1.3): certificates and schedules do not count, the order of
 * lists does.
 */
export function asksForTheSame(one: DesiredState, other: DesiredState): boolean {
  return contentOf(one) === contentOf(other)
}

/** The same text for desired states that ask for the same, also when one was written down and read again meanwhile. */
export function contentOf({ nodes, unitConfig, items, instances, subjects }: DesiredState): string {
  return JSON.stringify([nodes, unitConfig ?? null, items ?? null, instances ?? null, subjects], byKey)
}

function byKey(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}
