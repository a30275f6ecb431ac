import type { ObjectBase } from '@windlass/model'

/** Progress of one download in bytes of the whole; null where the size is unknown. */
export type Fetched = (doneBytes: number, totalBytes: number | null) => void

/** Getting bytes onto the disk, as the states need it. @throws UpdateError */
export interface Fetcher {
  /** One object from a server into the download folder. */
  object(url: string, object: ObjectBase, progress: Fetched, stop: AbortSignal): Promise<void>
  /** A whole package into the download folder; returns its path. */
  package(url: string, progress: Fetched, stop: AbortSignal): Promise<string>
}
