import type { ErrorInfo } from './error-info.ts'

/** An update manager's state (aoscore.md 7.1). */
export type UpdateState = 'idle' | 'prepared' | 'updated' | 'failed'

/** A component of a node, as its update manager reports it; the running and the coming version are two entries. */
export interface ComponentStatus {
  componentId: string
  componentType: string
  version: string
  state: 'installed' | 'installing' | 'error'
  error?: ErrorInfo
}

/** What an update manager says after each command, and when it registers. Higher priorities go first. */
export interface UpdateManagerStatus {
  nodeId: string
  priority: number
  state: UpdateState
  components: readonly ComponentStatus[]
  error?: ErrorInfo
}

/** One image that an update manager is to install. `sha3`: 32 bytes, SHA3-256 of the clear file. */
export interface ComponentUpdate {
  componentId: string
  componentType: string
  version: string
  /** JSON text; empty when there is none. */
  annotations: string
  url: string
  sha3: Uint8Array
  size: number
}

/** What the communication manager tells an update manager. */
export type UpdateCommand =
  | { kind: 'prepare'; components: readonly ComponentUpdate[] }
  | { kind: 'start' }
  | { kind: 'apply' }
  | { kind: 'revert' }
