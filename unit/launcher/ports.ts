import type { Clock, Log, RunningTime } from '@windlass/platform'
import type { Database } from '@windlass/platform/database'
import type { Firmware, Images, Nodes, States } from '../ports.ts'

export interface LauncherPorts {
  nodes: Nodes
  images: Pick<Images, 'documents'>
  firmware: Pick<Firmware, 'managers' | 'components' | 'watch'>
  states: States
  database: Database
  clock: Clock
  time: RunningTime
  log: Log
}

export interface LauncherRules {
  /** How long after the start a node may take to connect before its instances count as failed. Default 10 minutes. */
  nodesConnectionMs: number
  /** How long a node may be away before its instances go elsewhere. Default 1 minute. */
  nodeAwayMs: number
  /** How long `run` waits for the nodes, and a node that restarts for its firmware is waited for. Default 10 minutes. */
  runMs: number
  /** How long an instance has to be failed without a break to have failed for good on its node. Default 2 minutes. */
  failedMs: number
  /** How long what an instance kept outlives it. Default 30 days. */
  instanceTtlMs: number
  /** How often expired environment overrides are looked for. Default 1 minute. */
  checkOverridesMs: number
}

const minute = 60_000

/** The defaults of aoscore.md, appendix A. */
export const launcherRules: LauncherRules = {
  nodesConnectionMs: 10 * minute,
  nodeAwayMs: minute,
  runMs: 10 * minute,
  // A node waits up to a minute before it starts one again that keeps ending.
  failedMs: 2 * minute,
  instanceTtlMs: 30 * 24 * 60 * minute,
  checkOverridesMs: minute,
}
