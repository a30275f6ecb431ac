import type { ErrorInfo } from './error-info.ts'

/** A unit's configuration and each node's part of it (aoscore.md 5.8). Versions are SemVer. */
export interface UnitConfig {
  version: string
  formatVersion: string
  nodes: readonly NodeConfig[]
}

/** Applies to the node `nodeId`, else to all nodes of `nodeType`. Ratios are percent of a quota; higher priority first. */
export interface NodeConfig {
  version?: string
  nodeId?: string
  nodeType: string
  alertRules?: AlertRules
  resourceRatios?: { cpu?: number; ram?: number; storage?: number; state?: number }
  labels: readonly string[]
  priority: number
}

/** `minTimeoutMs`: how long a value has to stand before it counts. */
export interface AlertRule {
  minTimeoutMs: number
  minThreshold: number
  maxThreshold: number
}

/** `cpu`, `ram` and `partitions` in percent; `download` and `upload` in bytes. */
export interface AlertRules {
  ram?: AlertRule
  cpu?: AlertRule
  partitions: readonly (AlertRule & { name: string })[]
  download?: AlertRule
  upload?: AlertRule
}

/** What the unit, or a node, says of its configuration. */
export interface ConfigStatus {
  version: string
  state: 'absent' | 'installed' | 'failed'
  error?: ErrorInfo
}

/** The part of a unit's configuration that is a node's: by its id, else by its type, else an empty one. */
export function nodeConfigFor(config: UnitConfig, node: { nodeId: string; nodeType: string }): NodeConfig {
  const mine =
    config.nodes.find(({ nodeId }) => nodeId === node.nodeId) ??
    config.nodes.find(({ nodeId, nodeType }) => nodeId === undefined && nodeType === node.nodeType)
  return { nodeType: node.nodeType, labels: [], priority: 0, ...mine, version: config.version }
}
