/** `usage`: the command line. `stranger`: server code in the bundle. `integrity`: a download is not what the lock file says. `tool_failed`: as it says. */
export type PackagingErrorCode = 'usage' | 'stranger' | 'integrity' | 'tool_failed'

/** Nothing was made, or not all of it. */
export class PackagingError extends Error {
  override readonly name = 'PackagingError'
  readonly code: PackagingErrorCode
  constructor(code: PackagingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
