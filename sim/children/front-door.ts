import { fileURLToPath } from 'node:url'
import type { Processes } from '@windlass/platform'
import { DemoError } from '../demo-error.ts'

/** `bin/windlass`, as anybody would start it. */
export const frontDoor = fileURLToPath(new URL('../../bin/windlass', import.meta.url))

/** Command and first argument: the same Node that runs the demo. */
export function windlass(...args: string[]): { command: string; args: string[] } {
  return { command: process.execPath, args: [frontDoor, ...args] }
}

/** Runs a command to its end; its JSON document. @throws DemoError `child_failed` with what it said */
export async function runWindlass(processes: Processes, signal: AbortSignal, ...args: string[]): Promise<unknown> {
  const ended = await processes.run(windlass(...args, '--json'), signal)
  if (ended.code === 0) return JSON.parse(ended.stdout)
  throw new DemoError('child_failed', `windlass ${args.slice(0, 2).join(' ')}: ${ended.stderr.trim()}`)
}
