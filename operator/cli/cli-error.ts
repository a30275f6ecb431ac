import type { Ending } from './exit-codes.ts'

/** Ends a command. The message is one line: what was expected, what came, what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly ending: Exclude<Ending, 'ok'>
  constructor(ending: Exclude<Ending, 'ok'>, message: string, options?: ErrorOptions) {
    super(message, options)
    this.ending = ending
  }
}
