import type { ErrorInfo } from '@windlass/model/unit'
import type { ErrorInfo as Wire } from './generated/common/v2/common.ts'

/** common.v1 and common.v2 have the same fields (aoscore.md 0.5). No error: absent. */
export function encodeError(error: ErrorInfo | undefined): Wire | undefined {
  return error && { aosCode: error.aosCode, exitCode: error.exitCode, message: error.message }
}

/** A message that is all zero is no error; some programs fill the text only. */
export function decodeError(error: Wire | undefined): { error?: ErrorInfo } {
  if (!error || (error.aosCode === 0 && error.exitCode === 0 && error.message === '')) return {}
  return { error: { aosCode: error.aosCode, exitCode: error.exitCode, message: error.message } }
}
