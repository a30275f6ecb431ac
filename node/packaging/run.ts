import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { PackagingError } from './packaging-error.ts'

/** Runs a program that has to succeed. @throws PackagingError `tool_failed` with the end of what it said */
export async function run(command: string, args: readonly string[], cwd?: string): Promise<void> {
  try {
    await promisify(execFile)(command, args, { ...(cwd !== undefined && { cwd }), maxBuffer: 16 * 2 ** 20 })
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.trim().slice(-600) : String(cause)
    throw new PackagingError('tool_failed', `${command}: expected exit status 0: ${said}`, { cause })
  }
}
