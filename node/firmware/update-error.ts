import { MachineError } from '@windlass/machine'
import type { Failure, FailureCode } from '@windlass/model'
import { TrustError, type TrustErrorCode } from '@windlass/trust'
import { WireError } from '@windlass/wire/updatehub'

/** An update stops here, and why. Everything else that is thrown counts as `internal`. */
export class UpdateError extends Error {
  override readonly name = 'UpdateError'
  readonly code: FailureCode
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What is stored and reported of anything caught. Errors of the parts below carry codes of the same list. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof UpdateError) return { code: error.code, message }
  if (error instanceof WireError) return { code: 'metadata_invalid', message }
  if (error instanceof TrustError) return { code: trustCodes[error.code], message }
  if (error instanceof MachineError && error.code === 'too_many_moves') return { code: 'too_many_moves', message }
  return { code: 'internal', message }
}

const trustCodes: Record<TrustErrorCode, FailureCode> = {
  key_unusable: 'key_unusable',
  file_unreadable: 'file_unreadable',
  archive_invalid: 'archive_invalid',
  archive_entry_missing: 'archive_entry_missing',
  archive_too_large: 'archive_too_large',
  name_forbidden: 'archive_invalid',
  object_mismatch: 'object_mismatch',
}
