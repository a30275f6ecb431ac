import { OriginError } from '@windlass/images'
import { type AosCodeName, type ErrorInfo, errorInfo } from '@windlass/model/unit'
import { isDiskError } from '@windlass/platform'
import { WireError } from '@windlass/wire/oci'
import { UnitError } from '../unit-error.ts'

/**
 * Why a blob is not here. `absent`: nobody has it. `transport`: it could not be fetched, or came otherwise than announced.
 * `damaged`: it suffered on its way, another way may be better. `checksum`, `decryption`, `signature`: it came as it was
 * sent and is not what it should be. `document`: it is, and we cannot use it. `unsupported`: it asks for what we lack.
 */
const aosCodeOf = {
  absent: 'notFound',
  transport: 'failed',
  damaged: 'invalidChecksum',
  checksum: 'invalidChecksum',
  decryption: 'failed',
  signature: 'failed',
  unsupported: 'notSupported',
  document: 'invalidArgument',
} as const satisfies Record<string, AosCodeName>
export type BlobErrorCode = keyof typeof aosCodeOf

/** Stays inside this room: it ends as the `ErrorInfo` of an item. */
export class BlobError extends Error {
  override readonly name = 'BlobError'
  readonly code: BlobErrorCode
  constructor(code: BlobErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What the cloud is told about an item that could not be had. */
export function errorOf(error: unknown): ErrorInfo {
  const message = error instanceof Error ? error.message : String(error)
  return errorInfo(codeOf(error), message)
}

function codeOf(error: unknown): AosCodeName {
  if (error instanceof BlobError) return aosCodeOf[error.code]
  if (error instanceof OriginError) return 'failed'
  if (error instanceof WireError) return 'invalidArgument'
  if (isDiskError(error, 'ENOSPC', 'EDQUOT')) return 'noMemory'
  if (!(error instanceof UnitError)) return 'runtime'
  if (error.code === 'no_space') return 'noMemory'
  return error.code === 'cloud_silent' ? 'timeout' : 'failed'
}
