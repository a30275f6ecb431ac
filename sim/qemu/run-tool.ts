import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const mostSaid = 64 * 1024 * 1024

/** Runs a program to its end. @returns what it printed @throws Error with its last words */
export async function runTool(command: string, args: readonly string[], cwd?: string): Promise<string> {
  try {
    const options = { maxBuffer: mostSaid, env: { ...process.env, LC_ALL: 'C' }, ...(cwd && { cwd }) }
    return (await run(command, [...args], options)).stdout
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim().slice(-800) : String(cause)
    throw new Error(`${command}: expected exit status 0, got: ${said}`, { cause })
  }
}
