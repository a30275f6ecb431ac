import type { Command, Ended, Processes } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'

const timeoutMs = 60_000

/** Runs a program that belongs to the boot loader. @throws UpdateError `slots_failed` unless it ends with 0 in a minute */
export async function runBootProgram(processes: Processes, command: Command): Promise<Ended> {
  let ended: Ended
  try {
    ended = await processes.run({ ...command, timeoutMs })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UpdateError('slots_failed', `${command.command}: cannot be run: ${why}`, { cause })
  }
  if (ended.code === 0) return ended
  const how = ended.timedOut ? `no end after ${timeoutMs / 1000} s` : `exit status ${ended.code ?? ended.signal}`
  throw new UpdateError(
    'slots_failed',
    `${command.command}: expected exit status 0, got ${how} ${ended.stderr.trim()}`.trim(),
  )
}
