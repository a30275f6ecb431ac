import type { ErrorInfo, InstanceIdent, Monitoring, NodeConfig, NodeStatus } from '@windlass/model/unit'
import type { ItemDocuments, ItemVariant } from '@windlass/wire/oci'
import type { RunRequest } from '../../ports.ts'

/** All that a placement depends on. The order of the lists does not matter. */
export interface PlacementInput {
  requests: readonly RunRequest[]
  sites: readonly Site[]
  /** By `itemKey`; an item whose documents are not here fails. */
  documents: ReadonlyMap<string, ItemDocuments>
  /** Where instances are now. */
  current: readonly Seat[]
  /** Instance, by `instanceKey` → nodes where it failed for good: it goes there only when nothing else has room. */
  failed: ReadonlyMap<string, ReadonlySet<string>>
  /** Spreads the load of overloaded nodes (aoscore.md 5.4); else what has a place keeps it. */
  rebalance: boolean
}

/**
 * A node as placement sees it. `open`: takes instances. `held`: away for a moment; keeps what it has and takes nothing new.
 * `closed`: holds nothing.
 */
export interface Site {
  node: Pick<NodeStatus, 'nodeId' | 'nodeType' | 'maxDmips' | 'totalRam' | 'os' | 'cpus' | 'partitions' | 'attrs'> &
    Pick<NodeStatus, 'runtimes' | 'resources'>
  config: NodeConfig
  state: 'open' | 'held' | 'closed'
  /** Of the update manager on the node: each holds one instance, whatever `state` says. */
  components: readonly { componentId: string; componentType: string }[]
  /** Measured; only for rebalancing. */
  average?: Pick<Monitoring, 'node' | 'instances'>
}

/** An instance and where it is. */
export interface Seat {
  ident: InstanceIdent
  version: string
  nodeId: string
  runtimeId: string
  manifestDigest: string
  /** It is with the node's update manager; else with its service manager. */
  byUpdateManager?: boolean
}

/** `byUpdateManager`: `runtimeId` is a component of the node's update manager. */
export interface Assignment {
  request: RunRequest
  ident: InstanceIdent
  nodeId: string
  runtimeId: string
  runtimeType: string
  byUpdateManager: boolean
  variant: ItemVariant
}

export interface Unplaced {
  request: RunRequest
  ident: InstanceIdent
  error: ErrorInfo
}

export interface Placed {
  assignments: readonly Assignment[]
  failures: readonly Unplaced[]
}

export function itemKey(itemId: string, version: string): string {
  return JSON.stringify([itemId, version])
}

export function identOf({ item, subject }: RunRequest, index: number): InstanceIdent {
  return { itemId: item.itemId, subjectId: subject.subjectId, index, type: item.type, preinstalled: false }
}
