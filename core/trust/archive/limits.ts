import { TrustError } from '../trust-error.ts'

/** How much of an archive is looked at before anybody has vouched for it. */
export interface ArchiveLimits {
  /** Entries of any name. */
  entries: number
  metadataBytes: number
  signatureBytes: number
  /** Whole length of a tar once unpacked, when it came as tar.gz or tar.zst. Zip and plain tar need no such bound. */
  unpackedBytes: number
}

export const defaultLimits: ArchiveLimits = {
  entries: 1024,
  metadataBytes: 1024 * 1024,
  signatureBytes: 64 * 1024,
  unpackedBytes: 16 * 1024 ** 3,
}

/** @throws TrustError `archive_too_large` when `came` is above `most` */
export function within(what: string, most: number, came: number, unit = 'bytes'): void {
  if (came > most) throw new TrustError('archive_too_large', `${what}: expected at most ${most} ${unit}, got ${came}`)
}
