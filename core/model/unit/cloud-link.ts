import type { DesiredState } from './desired-state.ts'
import type { ErrorInfo } from './error-info.ts'
import type { EnvVar, InstanceFilter, InstanceIdent, InstanceState } from './instance.ts'
import type { NodeState } from './node.ts'
import type { LogPart, LogSpan, NodeAlert, Usage } from './node-link.ts'
import type { UnitStatus } from './unit-status.ts'

/** Where the bytes of one blob are, and how to read and check them (aoscore.md 6.5, blobUrls). */
export interface BlobSource {
  digest: string
  urls: readonly string[]
  /** 32 bytes: SHA3-256 of the file as it travels. */
  sha3: Uint8Array
  size: number
  decryption?: { algorithm: string; iv: Uint8Array; key: Uint8Array }
  signature?: { chainName: string; algorithm: string; value: Uint8Array; trustedTimestampMs: number }
}

/** What the cloud sends a unit. `correlationId` comes back in the answer. */
export type CloudOrder =
  | { kind: 'desired_state'; correlationId?: string; desired: DesiredState }
  | { kind: 'blob_urls'; correlationId?: string; sources: readonly BlobSource[] }
  | { kind: 'override_env_vars'; correlationId?: string; items: readonly EnvOverride[] }
  | { kind: 'request_log'; correlationId: string; log: LogRequest }
  | { kind: 'state_acceptance'; ident: StateIdent; checksum: string; accepted: boolean; reason: string }
  | { kind: 'update_state'; ident: StateIdent; checksum: string; state: string }
  | {
      kind: 'renew_certificates'
      certificates: readonly { type: string; nodeId: string; serial?: string; validTillMs?: number }[]
      secrets: Readonly<Record<string, string>>
    }
  | { kind: 'issued_certificates'; certificates: readonly { type: string; nodeId: string; chain: string }[] }
  | { kind: 'start_provisioning'; correlationId?: string; nodeId: string; password: string }
  | {
      kind: 'finish_provisioning'
      correlationId?: string
      nodeId: string
      certificates: readonly { type: string; chain: string }[]
      password: string
    }
  | { kind: 'deprovision'; correlationId?: string; nodeId: string; password: string }

/** What a unit sends the cloud. */
export type UnitFact =
  | { kind: 'unit_status'; status: UnitStatus }
  | { kind: 'request_blob_urls'; correlationId: string; digests: readonly string[] }
  | { kind: 'alerts'; alerts: readonly UnitAlert[] }
  | { kind: 'monitoring'; monitoring: UnitMonitoring }
  | { kind: 'new_state'; ident: StateIdent; checksum: string; state: string }
  | { kind: 'state_request'; ident: StateIdent; useDefault: boolean }
  | { kind: 'env_vars_status'; correlationId?: string; statuses: readonly EnvVarStatus[] }
  | { kind: 'push_log'; nodeId: string; part: LogPart }
  | { kind: 'issue_certificates'; requests: readonly { type: string; nodeId: string; csr: string }[] }
  | {
      kind: 'certificates_installed'
      certificates: readonly { type: string; nodeId: string; serial: string; error?: ErrorInfo }[]
    }
  | {
      kind: 'provisioning_started'
      correlationId?: string
      nodeId: string
      csrs: readonly { type: string; csr: string }[]
      error?: ErrorInfo
    }
  | { kind: 'provisioning_finished' | 'deprovisioned'; correlationId?: string; nodeId: string; error?: ErrorInfo }

export type StateIdent = Pick<InstanceIdent, 'itemId' | 'subjectId' | 'index'>

/** Past `ttlMs` (milliseconds since 1970) a variable no longer counts. */
export interface EnvOverride {
  filter: InstanceFilter
  variables: readonly (EnvVar & { ttlMs?: number })[]
}

export interface EnvVarStatus {
  ident: StateIdent
  name: string
  error?: ErrorInfo
}

/** No `nodeIds`: all nodes. `upload`: where the log is to go instead of the socket. */
export interface LogRequest extends LogSpan {
  type: 'system' | 'instance' | 'crash'
  nodeIds: readonly string[]
  filter: InstanceFilter
  upload?: { type: 'wss' | 'https'; url?: string; bearerToken?: string; bearerTokenTtlMs?: number }
}

/** A node's alert, or how a download goes. */
export type UnitAlert =
  | { kind: 'node'; nodeId: string; alert: NodeAlert }
  | {
      kind: 'download'
      timeMs: number
      digest: string
      url?: string
      downloadedBytes: number
      totalBytes: number
      state: 'started' | 'paused' | 'interrupted' | 'finished'
      reason?: string
      error?: ErrorInfo
    }

export interface UnitMonitoring {
  nodes: readonly {
    nodeId: string
    states: readonly { timeMs: number; state: NodeState; connected: boolean }[]
    usages: readonly Usage[]
  }[]
  instances: readonly {
    ident: InstanceIdent
    nodeId: string
    states: readonly { timeMs: number; state: InstanceState }[]
    usages: readonly Usage[]
  }[]
}
