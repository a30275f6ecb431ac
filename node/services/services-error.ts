import { type AosCodeName, type ErrorInfo, errorInfo } from '@windlass/model/unit'
import { WireError } from '@windlass/wire/oci'

/**
 * `not_found`: nothing by that name. `invalid`: a document or value is not what it should be. `checksum`: other bytes
 * than the digest says. `no_space`. `refused`: against a rule of this node. `unsupported`: this node cannot do that.
 * `device_absent`: something of this node's resources is not there now. `in_use`: as many as may share it have it already.
 * `unreachable`: the unit did not give it. `runtime`: the container runtime failed. `timeout`.
 */
export type ServicesErrorCode = keyof typeof aosNames

/** Why something asked of this node is not done. */
export class ServicesError extends Error {
  override readonly name = 'ServicesError'
  readonly code: ServicesErrorCode
  constructor(code: ServicesErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const lasting: readonly ServicesErrorCode[] = ['not_found', 'invalid', 'refused', 'checksum', 'unsupported']

/** Whether the same may go well another time; what is wrong with an order or an image stays wrong. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ServicesError) return !lasting.includes(error.code)
  return !(error instanceof WireError)
}

const aosNames = {
  unreachable: 'failed',
  runtime: 'runtime',
  no_space: 'noMemory',
  not_found: 'notFound',
  invalid: 'invalidArgument',
  timeout: 'timeout',
  device_absent: 'notFound',
  in_use: 'wrongState',
  refused: 'wrongState',
  checksum: 'invalidChecksum',
  unsupported: 'notSupported',
} as const satisfies Record<string, AosCodeName>

/** What is reported of anything caught. */
export function errorInfoOf(error: unknown): ErrorInfo {
  const message = error instanceof Error ? error.message : String(error)
  return errorInfo(error instanceof ServicesError ? aosNames[error.code] : 'failed', message)
}
