import type { ErrorInfo } from './error-info.ts'

export type NodeState = 'unprovisioned' | 'provisioned' | 'paused' | 'error'
export const nodeStates = ['unprovisioned', 'provisioned', 'paused', 'error'] as const

export interface ArchInfo {
  architecture: string
  variant?: string
}

export interface OsInfo {
  os: string
  version?: string
  features: readonly string[]
}

/** Sizes in bytes, speed in DMIPS. `attrs`: `MainNode` marks the main node, `AosComponents` lists the parts on it. */
export interface NodeInfo {
  nodeId: string
  nodeType: string
  title: string
  maxDmips: number
  totalRam: number
  physicalRam?: number
  os: OsInfo
  cpus: readonly CpuInfo[]
  partitions: readonly PartitionInfo[]
  attrs: Readonly<Record<string, string>>
  state: NodeState
  error?: ErrorInfo
}

export interface CpuInfo {
  modelName: string
  cores: number
  threads: number
  arch: ArchInfo
  maxDmips?: number
}

/** `types`: `generic`, `storages`, `states`, `services`, `layers`. */
export interface PartitionInfo {
  name: string
  types: readonly string[]
  totalSize: number
  path?: string
}

/** An executor on a node. `maxInstances` 0 and an absent quota mean: unlimited. */
export interface RuntimeInfo {
  runtimeId: string
  type: string
  maxDmips: number
  allowedDmips?: number
  totalRam: number
  allowedRam?: number
  maxInstances: number
  arch: ArchInfo
  os: OsInfo
}

/** Something a node has that instances share; `sharedCount` 0 means unlimited. */
export interface ResourceInfo {
  name: string
  sharedCount: number
}

export function isMainNode(node: Pick<NodeInfo, 'attrs'>): boolean {
  return 'MainNode' in node.attrs
}

/** Whether the Aos part (`cm`, `iam`, `sm`, `um`) is on the node; a node that does not say has a service manager. */
export function hasPart(node: Pick<NodeInfo, 'attrs'>, part: string): boolean {
  const listed = node.attrs['AosComponents']
  if (listed === undefined) return part === 'sm'
  return listed.split(',').some((name) => name.trim() === part)
}
