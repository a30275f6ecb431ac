/**
 * Why an origin does not give what it was asked for. `reference`: the text names no image. `absent`: nobody has it there.
 * `login`: it wants one, or another one. `transport`: it does not answer, or not as it should. `damaged`: its bytes are not those of
 * their digest. `unfit`: they are, and are no image that can be used.
 */
export type OriginErrorCode = 'reference' | 'absent' | 'login' | 'transport' | 'damaged' | 'unfit'

export class OriginError extends Error {
  override readonly name = 'OriginError'
  readonly code: OriginErrorCode
  constructor(code: OriginErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
