import type { Readable, Writable } from 'node:stream'
import type { Sha256 } from '@windlass/model'

/** One table of a backup, with its columns in order. */
export interface TableShape {
  name: string
  columns: readonly string[]
}

/** What the rows of one moment name. `beside`: objects that lie beside their archive. */
export interface Content {
  fleet: string
  packages: readonly { uid: string; size: number; beside: readonly { sha256sum: Sha256; size: number }[] }[]
  blobs: readonly { digest: string; size: number }[]
}

/** The records of a fleet as they are at one moment. */
export interface Snapshot {
  /** The last step that the tables have gone through. */
  schema: string
  /** Parents before those that name them. */
  tables: readonly TableShape[]
  rows(table: TableShape): Readable
  /** Which bytes the rows name. */
  content(): Promise<Content>
  close(): Promise<void>
}

/** Empty records that are being filled, all at once. */
export interface Filling {
  into(table: TableShape): Writable
  /** Nothing is there before this. */
  commit(): Promise<void>
  /** After `commit` nothing; before it, all is let go. */
  close(): Promise<void>
}
