import type { Readable } from 'node:stream'
import type { Sha256 } from '@windlass/model'
import type { KeptObject } from '../store/records.ts'

/** An upload on its way in. Nothing of it is seen by anybody before `keep`. */
export interface Draft {
  /** Path of the archive, once `fill` has returned. */
  readonly archive: string
  /** Writes the upload down; returns its bytes. @throws FleetError `upload_too_large`, `upload_cut`, `no_space` */
  fill(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<number>
  /** Puts an object beside the archive, for those that cannot be served out of it. */
  putObject(name: Sha256, chunks: AsyncIterable<Uint8Array>): Promise<void>
  /** Moves all of it to its place at once, over anything left behind there; survives a power cut when it returns. */
  keep(uid: Sha256): Promise<void>
  /** Removes what was not kept. */
  discard(): Promise<void>
}

/** The bytes of packages. */
export interface PackageFiles {
  draft(): Promise<Draft>
  /** Bytes of an object from `start` on. The reader must destroy or drain the stream. */
  read(uid: string, object: KeptObject, start: number, length: number): Promise<Readable>
  /** The package as it was uploaded. */
  archive(uid: string): Promise<Readable>
  remove(uid: string): Promise<void>
  /** Removes drafts and packages that nobody knows: what a kill left behind. */
  sweep(known: ReadonlySet<string>): Promise<void>
}
