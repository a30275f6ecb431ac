import type { InstallationSet } from '@windlass/model'
import type { FleetEvent } from '@windlass/wire/operator'

/** Work of the device that takes a while. Bytes; rate and time left are null while unknown. */
export interface Progress {
  state: string
  doneBytes: number
  totalBytes: number
  bytesPerSecond: number | null
  secondsLeft: number | null
}

/** What can be seen to happen while the demo runs. */
export type Happening =
  /** The boot loader started a slot; `trial` where it may still fall back. */
  | { kind: 'booted'; slot: InstallationSet; trial: { start: number; of: number } | null; fellBack: boolean }
  /** What the slot holds is no system. */
  | { kind: 'not_bootable'; slot: InstallationSet; why: string }
  | { kind: 'going_down' }
  | { kind: 'agent_ended'; how: string }
  /** The agent's machine took an arrow. */
  | { kind: 'moved'; from: string; on: string; to: string }
  /** Any other line of the agent's log. */
  | { kind: 'logged'; level: string; text: string; fields: Readonly<Record<string, unknown>> }
  | { kind: 'progress'; progress: Progress }
  | { kind: 'fleet'; event: FleetEvent }
