/**
 * `unreadable`: the file cannot be read. `syntax`: it is not what its format demands. `missing`, `unknown`: a key that
 * must be there is not, or one that must not be there is. `invalid`: a value is not what its key means.
 */
export type SettingsErrorCode = 'unreadable' | 'syntax' | 'missing' | 'unknown' | 'invalid'

/** Stops a process at its start. `from` is the file, or whatever else the value came from. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly code: SettingsErrorCode
  readonly from: string
  /** With dots, `polling.interval`; empty where the whole file is meant. */
  readonly key: string
  readonly expected: string
  readonly came: string

  constructor(
    code: SettingsErrorCode,
    facts: { from: string; key?: string; expected: string; came: string },
    options?: ErrorOptions,
  ) {
    const { from, key = '', expected, came } = facts
    super(`${from}: ${key && `${key}: `}expected ${expected}, got ${came}`, options)
    this.code = code
    this.from = from
    this.key = key
    this.expected = expected
    this.came = came
  }
}
