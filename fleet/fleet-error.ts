import type { ProblemCode } from '@windlass/wire/operator'

/** A request that the fleet refuses: the code of the operator API, and every place that is off where there are many. */
export class FleetError extends Error {
  override readonly name = 'FleetError'
  readonly code: ProblemCode
  readonly errors: readonly string[]
  /** When to come again, for `rate_limited`. */
  readonly retryAfterSeconds: number | undefined
  constructor(
    code: ProblemCode,
    message: string,
    options: ErrorOptions & { errors?: readonly string[]; retryAfterSeconds?: number } = {},
  ) {
    super(message, options)
    this.code = code
    this.errors = options.errors ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/**
 * Why a fleet does not start. `settings_invalid`: file, key, what was expected. `tls_required`, `token_required`: it
 * would listen beyond loopback without them. `data_unusable`: the folder. `data_in_use`: another fleet has it.
 * `database_failed`: PostgreSQL does not start or answer. `bus_failed`, `blobs_unusable`: the same of the bus and of the place for
 * blobs, which may also be another fleet's. `backup_failed`: the file or what was to be in it; `restore_refused`: something is there
 * already. `port_busy`: the address is taken.
 */
export type StartErrorCode =
  | 'settings_invalid'
  | 'tls_required'
  | 'token_required'
  | 'data_unusable'
  | 'data_in_use'
  | 'database_failed'
  | 'bus_failed'
  | 'blobs_unusable'
  | 'backup_failed'
  | 'restore_refused'
  | 'port_busy'

export class StartError extends Error {
  override readonly name = 'StartError'
  readonly code: StartErrorCode
  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
