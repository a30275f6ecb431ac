/**
 * `not_found`: nothing by that name. `invalid`: a document or value is not what it should be. `checksum`: other bytes
 * than the digest says. `no_space`. `refused`: against a rule of this node. `unsupported`: this node cannot do that.
 * `unreachable`: the unit did not give it. `runtime`: the container runtime failed. `timeout`.
 */
export type ServicesErrorCode = keyof typeof aosCodes

/** Why something asked of this node is not done. */
export class ServicesError extends Error {
  override readonly name = 'ServicesError'
  readonly code: ServicesErrorCode
  constructor(code: ServicesErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The numbers of aoscore.md 0.5. */
const aosCodes = {
  unreachable: 1,
  runtime: 2,
  no_space: 3,
  not_found: 5,
  invalid: 6,
  timeout: 7,
  refused: 9,
  checksum: 10,
  unsupported: 12,
} as const

/** What is reported of anything caught. */
export function errorInfo(error: unknown): { aosCode: number; exitCode: number; message: string } {
  const message = error instanceof Error ? error.message : String(error)
  return { aosCode: error instanceof ServicesError ? aosCodes[error.code] : 1, exitCode: 0, message }
}
