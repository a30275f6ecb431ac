import type { PackageObject, Sha256 } from '@windlass/model'

/** What a push began with. */
export interface PushNote {
  metadata: Uint8Array
  signature: string
}

/** What an object has to be. */
export type PushedObject = Pick<PackageObject, 'sha256sum' | 'size'>

/** Where packages lie that come piece by piece, for all processes of a fleet: any of them can go on with a push. */
export interface PushFiles {
  /** Notes it, or anew; what came of its objects stays. `uid` is a SHA-256, here and below. */
  begin(uid: Sha256, note: PushNote): Promise<void>
  /** Undefined for one that was not begun, or is forgotten. */
  note(uid: Sha256): Promise<PushNote | undefined>
  has(uid: Sha256, object: Sha256): Promise<boolean>
  /** All of it or nothing. @throws FleetError `upload_too_large`, `upload_cut`, `no_space` */
  put(uid: Sha256, object: Sha256, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<void>
  /** The package made of its pieces. @throws FleetError `object_mismatch` */
  pack(uid: Sha256, content: PushNote, objects: readonly PushedObject[]): AsyncIterable<Uint8Array>
  discard(uid: Sha256): Promise<void>
  /** All that is there, with when something of it was last written. */
  begun(): Promise<{ uid: Sha256; changedMs: number }[]>
}

/** A note as it is kept: JSON, metadata in base64. */
export function encodeNote({ metadata, signature }: PushNote): string {
  return JSON.stringify({ metadata: Buffer.from(metadata).toString('base64'), signature })
}

/** @throws SyntaxError for what this fleet did not write */
export function decodeNote(text: string): PushNote {
  const { metadata, signature } = JSON.parse(text) as { metadata: string; signature: string }
  return { metadata: Buffer.from(metadata, 'base64'), signature }
}
