import type { ErrorInfo } from './error-info.ts'
import type { EnvVar, InstanceFilter, InstanceIdent, InstanceStatus } from './instance.ts'
import type { ResourceInfo, RuntimeInfo } from './node.ts'
import type { AlertRules, ConfigStatus } from './unit-config.ts'

/** One instance as a node is told to run it (aoscore.md 1.5, InstanceInfo). Empty paths: no such folder. */
export interface InstanceOrder {
  ident: InstanceIdent
  version: string
  manifestDigest: string
  ownerId: string
  runtimeId: string
  uid: number
  gid: number
  priority: number
  storagePath: string
  statePath: string
  envVars: readonly EnvVar[]
  alertRules?: AlertRules
}

/** A span of time in a log, in milliseconds since 1970. */
export interface LogSpan {
  fromMs?: number
  tillMs?: number
}

/**
 * What the unit tells a service manager. `start` of `update_instances` is all that is to run on the node afterwards.
 * `nodeConfig` is JSON text of one node's configuration.
 */
export type NodeOrder =
  | { kind: 'get_node_config' }
  | { kind: 'check_node_config'; nodeConfig: string; version: string }
  | { kind: 'set_node_config'; nodeConfig: string; version: string }
  | { kind: 'update_instances'; start: readonly InstanceOrder[]; stop: readonly InstanceIdent[] }
  | ({ kind: 'system_log'; correlationId: string } & LogSpan)
  | ({ kind: 'instance_log' | 'crash_log'; correlationId: string; filter: InstanceFilter } & LogSpan)
  | { kind: 'get_average_monitoring' }
  | { kind: 'cloud_connection'; connected: boolean }

/** What a service manager tells the unit. `node_instances` is everything on the node, `instances_changed` some of it. */
export type NodeFact =
  | { kind: 'sm_info'; nodeId: string; runtimes: readonly RuntimeInfo[]; resources: readonly ResourceInfo[] }
  | { kind: 'node_config'; status: ConfigStatus }
  | { kind: 'node_instances'; instances: readonly InstanceStatus[] }
  | { kind: 'instances_changed'; instances: readonly InstanceStatus[] }
  | ({ kind: 'log' } & LogPart)
  | ({ kind: 'monitoring' } & Monitoring)
  | ({ kind: 'average_monitoring' } & Monitoring)
  | { kind: 'alert'; alert: NodeAlert }

/** One piece of a log, gzip. `part` counts from 1. */
export interface LogPart {
  correlationId: string
  partCount: number
  part: number
  data: Uint8Array
  status: 'ok' | 'error' | 'empty' | 'absent'
  error?: ErrorInfo
}

/** Measured at `timeMs`: memory in bytes, CPU in DMIPS, traffic in bytes. */
export interface Usage {
  timeMs: number
  ram: number
  cpu: number
  partitions: readonly { name: string; usedSize: number }[]
  download: number
  upload: number
}

export interface Monitoring {
  node: Usage
  instances: readonly { ident: InstanceIdent; runtimeId: string; usage: Usage }[]
}

type QuotaStatus = 'raise' | 'continue' | 'fall'

/** `parameter`: `cpu`, `ram`, `download`, `upload` or a partition's name. */
export type NodeAlert = { timeMs: number } & (
  | { kind: 'system_quota'; parameter: string; value: number; status: QuotaStatus }
  | { kind: 'instance_quota'; ident: InstanceIdent; parameter: string; value: number; status: QuotaStatus }
  | { kind: 'resource_allocate'; ident: InstanceIdent; resource: string; message: string }
  | { kind: 'system'; message: string }
  | { kind: 'core'; component: 'CM' | 'SM' | 'IAM' | 'MP'; message: string }
  | { kind: 'instance'; ident: InstanceIdent; version: string; message: string }
)
