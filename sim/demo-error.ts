/**
 * Why the demo does not go on. `usage`: the command line. `data_unusable`: the folder is not for us. `already_running`:
 * another demo has it. `child_failed`: one of our programs did not start or ended by itself. `story_failed`: something did
 * not go as it should.
 */
export type DemoErrorCode = 'usage' | 'data_unusable' | 'already_running' | 'child_failed' | 'story_failed'

/** Ends the demo. The message says what was expected and what came. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
  readonly code: DemoErrorCode
  constructor(code: DemoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
