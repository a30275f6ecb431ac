import { type Command, type Ended, ProcessError } from './processes.ts'

/** What `stream` throws after a program that did not end with 0. */
export function endedBadly(command: Command, how: Ended): ProcessError {
  const came = how.timedOut ? `none within ${command.timeoutMs} ms` : (how.signal ?? how.code)
  const last = how.stderr.trim().slice(-500)
  return new ProcessError('failed', `expected exit code 0 of ${command.command}, got ${came}${last && `: ${last}`}`)
}
