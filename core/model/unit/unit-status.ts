import type { ErrorInfo } from './error-info.ts'
import type { InstanceStatus, ItemType } from './instance.ts'
import type { NodeInfo, ResourceInfo, RuntimeInfo } from './node.ts'
import type { ConfigStatus } from './unit-config.ts'

export type ItemState =
  | 'unknown'
  | 'downloading'
  | 'pending'
  | 'installing'
  | 'installed'
  | 'removing'
  | 'removed'
  | 'failed'

/** `preinstalled`: it came with the image; the cloud knows it by a code name. */
export interface ItemStatus {
  itemId: string
  type: ItemType
  version: string
  state: ItemState
  preinstalled?: boolean
  error?: ErrorInfo
}

/** A node as the cloud sees it: what it is, what it can run, whether it answers. */
export interface NodeStatus extends NodeInfo {
  runtimes: readonly RuntimeInfo[]
  resources: readonly ResourceInfo[]
  isConnected: boolean
}

/** What a unit is. A delta carries only what changed, and only the lists that hold changes (aoscore.md 2.1.7). */
export interface UnitStatus {
  isDelta: boolean
  unitConfig?: readonly ConfigStatus[]
  nodes?: readonly NodeStatus[]
  items?: readonly ItemStatus[]
  instances?: readonly InstanceStatus[]
  subjects?: readonly string[]
}
