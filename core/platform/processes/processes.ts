/** What to run. The command is looked up in PATH unless it has a slash. No shell is involved. */
export interface Command {
  command: string
  args?: readonly string[]
  /** Added to this process's own environment. */
  env?: Readonly<Record<string, string>>
  cwd?: string
  /** Fed to the program's standard input, then closed. A piece's memory may be used again once the next is asked for. */
  input?: AsyncIterable<Uint8Array> | Uint8Array
  /** After this many milliseconds the program's process group is killed. Default: no limit. */
  timeoutMs?: number
  /** Output beyond this is dropped and `truncated` set. Default 1 MiB. */
  maxOutputBytes?: number
}

/** How it ended: `code` is null when a signal ended it. */
export interface Ended {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
  truncated: boolean
  timedOut: boolean
}

/**
 * Child processes as a port.
 * `run` rejects with ProcessError `not_found` or `not_executable` when the program cannot be started, and with the
 * signal's reason when it fires (the process group is killed first).
 */
export interface Processes {
  run(command: Command, signal?: AbortSignal): Promise<Ended>
  /**
   * Runs a filter: its standard output, piece by piece, never more than a pipe's worth ahead of the reader. Each piece is new
   * memory, the reader's own. A reader that stops early ends the program. `maxOutputBytes` does not apply. Besides the errors of `run`:
   * @throws ProcessError `failed` when it ended with anything but 0, with the end of its standard error in the message
   */
  stream(command: Command, signal?: AbortSignal): AsyncIterable<Uint8Array>
  /** The path of a program, or undefined when PATH has none. */
  find(command: string): Promise<string | undefined>
}

export type ProcessErrorCode = 'not_found' | 'not_executable' | 'failed'
export class ProcessError extends Error {
  override readonly name = 'ProcessError'
  readonly code: ProcessErrorCode
  constructor(code: ProcessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
