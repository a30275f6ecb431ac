import type { Failure, FailureCode } from '@windlass/model'

/** An update stops here, and why. Everything else that is thrown counts as `internal`. */
export class UpdateError extends Error {
  override readonly name = 'UpdateError'
  readonly code: FailureCode
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What is stored and reported of anything caught. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UpdateError) return { code: error.code, message: error.message }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}
