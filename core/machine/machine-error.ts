/**
 * `no_arrow`: an event that the row does not have. `too_many_moves`: an update that does not end.
 * `journal_unreadable`: a stored state this version cannot take over.
 */
export type MachineErrorCode = 'no_arrow' | 'too_many_moves' | 'journal_unreadable'

export class MachineError extends Error {
  override readonly name = 'MachineError'
  readonly code: MachineErrorCode
  constructor(code: MachineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
