import type { ObjectBase } from '@windlass/model'
import type { StoredBytes } from '../objects/port.ts'

/** Progress of one download in bytes of the whole; null where the size is unknown. */
export type Fetched = (doneBytes: number, totalBytes: number | null) => void

/** Getting bytes from servers, as the states need it. @throws UpdateError */
export interface Fetcher {
  /** One object from a server into the download folder. */
  object(url: string, object: ObjectBase, progress: Fetched, stop: AbortSignal): Promise<void>
  /** An object that stays at its server and is read by ranges. Nothing is asked before the first reading. */
  ranges(url: string, object: ObjectBase): StoredBytes
  /** A whole package into the download folder; returns its path. */
  package(url: string, progress: Fetched, stop: AbortSignal): Promise<string>
}
