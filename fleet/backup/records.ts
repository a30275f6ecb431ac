import type { Readable, Writable } from 'node:stream'
import type { Sha256 } from '@windlass/model'

/** One table of a backup, with its columns in order. */
export interface TableShape {
  name: string
  columns: readonly string[]
}

/**
 * The records of one project. `schema`: the last step that its tables have gone through; `fleet`: the name that its place for blobs
 * bears, null where it was never at work.
 */
export interface Part {
  schema: string
  fleet: string | null
  /** Parents before those that name them. */
  tables: readonly TableShape[]
}

export interface ProjectPart extends Part {
  name: string
}

/** What the rows of one moment name. `beside`: objects that lie beside their archive. */
export interface Content {
  packages: readonly { uid: string; size: number; beside: readonly { sha256sum: Sha256; size: number }[] }[]
  blobs: readonly { digest: string; size: number }[]
}

/** The records of a fleet as they are at one moment, those of all its projects. `project` null: the default one. */
export interface Snapshot {
  first: Part
  /** Those that are ready, by name. */
  projects: readonly ProjectPart[]
  /** Of these there is no more than their line among the default project's records. */
  leftOut: readonly { name: string; state: 'creating' | 'removing' }[]
  /** To be read to its end before anything else is asked. */
  rows(project: string | null, table: TableShape): Promise<Readable>
  /** Which bytes the rows name. */
  content(project: string | null): Promise<Content>
  close(): Promise<void>
}

/** Empty records that are being filled, those of all projects at once. */
export interface Filling {
  /** To be ended before anything else is asked. */
  into(project: string | null, table: TableShape): Promise<Writable>
  /** Nothing is there before this. */
  commit(): Promise<void>
  /** After `commit` nothing; before it, all is let go. */
  close(): Promise<void>
}
