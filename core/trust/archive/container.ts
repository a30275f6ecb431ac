import { TrustError } from '../trust-error.ts'

/** A regular file in an archive, its name already held to the rules of `entry-names.ts`. */
export interface Entry {
  name: string
  /** Bytes once unpacked, as the archive declares them. */
  size: number
  /** Where these bytes stand in the archive file itself; undefined when they are compressed. */
  at: number | undefined
}

/** Must be read before the next one is asked for; what is not read is passed over. */
export interface Content {
  entry: Entry
  chunks: AsyncIterable<Uint8Array>
}

/** An archive whose structure has been checked from end to end. What its entries hold has not. */
export interface Container {
  /** In the order of the file. */
  entries: readonly Entry[]
  /** One pass over the file. Never more bytes than an entry's `size`. */
  contents(wanted: (entry: Entry) => boolean): AsyncIterable<Content>
}

export function invalid(message: string, options?: ErrorOptions): TrustError {
  return new TrustError('archive_invalid', message, options)
}
