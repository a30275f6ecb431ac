/**
 * What can be wrong with a key, a digest or an archive:
 *
 * - `key_unusable`: not an RSA key of at least 2048 bits in the expected PEM form
 * - `file_unreadable`: the archive or an object's file cannot be opened
 * - `archive_invalid`: not a package archive, or one that contradicts itself
 * - `archive_entry_missing`: `metadata`, `signature` or a wanted object is not in it
 * - `archive_too_large`: past a limit of {@link ArchiveLimits}
 * - `name_forbidden`: an entry name that could lead a careless reader out of its folder, or that stands twice
 * - `object_mismatch`: the bytes are not those of the digest, or not as many
 */
export type TrustErrorCode =
  | 'key_unusable'
  | 'file_unreadable'
  | 'archive_invalid'
  | 'archive_entry_missing'
  | 'archive_too_large'
  | 'name_forbidden'
  | 'object_mismatch'

/** Something that must not be trusted. The message says what was expected and what came. */
export class TrustError extends Error {
  override readonly name = 'TrustError'
  readonly code: TrustErrorCode
  constructor(code: TrustErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
