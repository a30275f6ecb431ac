import { type InstanceOrder } from '@windlass/model/unit'

/** What the set of instances remembers over restarts. Every save is one transaction and survives a power cut. */
export interface InstanceRecords {
  /** What was ordered last. */
  instances(): InstanceOrder[]
  saveInstances(infos: readonly InstanceOrder[]): void
  /** Since when the cloud is away, ms of the node's running time. */
  offlineSince(): number | undefined
  saveOfflineSince(at: number | undefined): void
}
