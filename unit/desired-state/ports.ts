import type { RunnerPorts } from '@windlass/machine'
import type { ErrorInfo } from '@windlass/model/unit'
import type { Clock, Log, RunningTime } from '@windlass/platform'
import type { Firmware, Images, Launcher, Nodes } from '../ports.ts'
import type { UpdateManager } from './diagram.ts'

/** What the update manager acts through. */
export interface UpdatePorts extends RunnerPorts<UpdateManager> {
  clock: Clock
  /** What an update's own time is counted by. */
  time: RunningTime
  log: Log
  images: Images
  launcher: Launcher
  nodes: Nodes
  firmware: Firmware
  imageFile: ImageFile
  report: SettingReport
  rules: UpdateRules
}

/** Who tells the cloud what could be set on the nodes and what not. */
export interface SettingReport {
  nodeFailed(nodeId: string, error: ErrorInfo): void
  /** `error` absent: it is in force. */
  configSet(version: string, error?: ErrorInfo): void
}

/** SHA3-256 and size of a file, for `PrepareUpdate`. */
export type ImageFile = (path: string, stop: AbortSignal) => Promise<{ sha3: Uint8Array; size: number }>

/**
 * `onFailure`: `restore` makes every update a transaction over the whole unit, `converge` leaves what arrived and reports
 * the rest, as AosCore does. `settleMs`: how long instances have to stay active before they count.
 */
export interface UpdateRules {
  onFailure: 'restore' | 'converge'
  zone: string
  /** For a schedule that names none, and for none at all. */
  defaultTtlMs: number
  activatingMs: number
  settleMs: number
  retryMs: number
}
