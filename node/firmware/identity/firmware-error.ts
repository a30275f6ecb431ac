export type FirmwareErrorCode =
  | 'product_uid_missing'
  | 'product_uid_invalid'
  | 'identity_missing'
  | 'pair_invalid'
  | 'hook_failed'

/** The device cannot say who it is; the agent does not start without that. */
export class FirmwareError extends Error {
  override readonly name = 'FirmwareError'
  readonly code: FirmwareErrorCode
  constructor(code: FirmwareErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
