import type { Command } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import type { ObjectPorts } from './port.ts'

/** @throws UpdateError `tool_missing` */
export async function requireTools(names: readonly string[], { processes }: Pick<ObjectPorts, 'processes'>) {
  for (const name of names) {
    if ((await processes.find(name)) !== undefined) continue
    throw new UpdateError('tool_missing', `expected the program ${name}, found none`)
  }
}

/**
 * Runs a program that has to succeed; returns its standard output.
 * @throws UpdateError `install_failed` with the end of what it said; what its input threw
 */
export async function runTool(
  command: Command,
  { processes }: Pick<ObjectPorts, 'processes'>,
  stop?: AbortSignal,
): Promise<string> {
  const how = await processes.run(command, stop)
  if (how.code === 0) return how.stdout
  const said = (how.stderr.trim() || how.stdout.trim()).slice(-400)
  const line = [command.command, ...(command.args ?? [])].join(' ')
  throw new UpdateError('install_failed', `${line}: expected exit status 0, got ${how.code ?? how.signal}: ${said}`)
}
