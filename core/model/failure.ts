/**
 * Why an update did not happen. The list is closed: it is what reports, logs and exit codes are made of, and
 * `docs/errors.md` has a paragraph for each code (a test compares the two).
 */
export const failureCodes = [
  // what came is not what it should be
  'metadata_invalid',
  'signature_missing',
  'signature_mismatch',
  'key_unusable',
  'archive_invalid',
  'archive_entry_missing',
  'archive_too_large',
  'object_mismatch',
  // this device is not for it, or not ready for it
  'product_mismatch',
  'hardware_unsupported',
  'mode_unsupported',
  'package_refused_before',
  'target_invalid',
  'target_busy',
  'no_space',
  'tool_missing',
  'requirement_failed',
  // getting the bytes
  'server_unreachable',
  'server_refused',
  'download_timeout',
  'download_stalled',
  'download_too_long',
  'download_too_short',
  'download_changed',
  'file_unreadable',
  // doing it
  'install_failed',
  'slots_failed',
  'callback_failed',
  'reboot_failed',
  'reboot_overdue',
  'validate_failed',
  'fell_back',
  'taken_back',
  'too_many_moves',
  'internal',
] as const
export type FailureCode = (typeof failureCodes)[number]

/** A failure as it is stored and reported: a code for machines, one sentence for people. */
export interface Failure {
  code: FailureCode
  message: string
}

export function failure(code: FailureCode, message: string): Failure {
  return { code, message }
}
