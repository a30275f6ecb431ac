/** `unreadable`: not the PEM it should be. `refused`: readable, and not to be trusted. */
export type CertificateErrorCode = 'unreadable' | 'refused'

/** A key, request or certificate that will not do. The message says what was expected and what came. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError'
  readonly code: CertificateErrorCode
  constructor(code: CertificateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
