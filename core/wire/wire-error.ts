/** `wrong_version`: another version of the protocol. `unknown_type`: a message that the protocol does not have. */
export type WireErrorCode = 'not_json' | 'not_protobuf' | 'wrong_shape' | 'wrong_version' | 'unknown_type'

/** Bytes from outside that are not the message they should be. The text says what was expected, what came and where. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: WireErrorCode
  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
