import type { PackageObject } from '@windlass/model'
import type { Files, Log, Processes } from '@windlass/platform'
import type { Mounts } from './mounts.ts'

/** Where an object's stored bytes lie: `size` bytes of the file from byte `at` on. */
export interface Payload {
  path: string
  at: number
  size: number
  /** The same bytes at a server, and the file is not there. Only `raw-delta` installs from there. */
  remote?: StoredBytes
  /** The target of the same object in the other set, which may hold much of it already. Only read, by `raw-delta`. */
  seed?: string
}

/** Stored bytes that can be read in parts. @throws UpdateError */
export interface StoredBytes {
  /**
   * `size` bytes from `at` on. `until` says how far the reader means to go on right after them. A piece is only valid
   * until the next is asked for.
   */
  read(at: number, size: number, until: number, stop: AbortSignal): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** What the modes work with. */
export interface ObjectPorts {
  files: Files
  processes: Processes
  mounts: Mounts
  log: Log
  /** A folder for mount points and other short-lived things. */
  scratch: string
  /** The fw_env.config of U-Boot's environment; without, the one that `fw_setenv` finds itself. */
  bootEnvironment?: string | null
}

/** Called as work goes on, with the number of payload bytes done so far. */
export type Progress = (doneBytes: number) => void

/** `same`: install-if-different found the target as it should be, and nothing was written. */
export type Installed = 'installed' | 'same'

/** One way of putting an object where it belongs (updatehub.md 5.3, 5.4). */
export interface Mode<O extends PackageObject> {
  /** The requirement check of validation. Touches nothing. @throws UpdateError saying what is missing */
  check(object: O, ports: ObjectPorts): Promise<void>
  /**
   * Puts the payload in place. May be done twice. When it returns, the target survives a power cut.
   * The payload's digest is checked again while it streams. @throws UpdateError
   */
  install(object: O, payload: Payload, ports: ObjectPorts, progress: Progress, stop: AbortSignal): Promise<Installed>
}
