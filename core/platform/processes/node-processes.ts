import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, systemClock } from '../time/clock.ts'
import { BoundedOutput } from './bounded-output.ts'
import { endedBadly } from './ended-badly.ts'
import { type ProcessGroup, startGroup } from './process-group.ts'
import type { Command, Ended, Processes } from './processes.ts'

const mebibyte = 2 ** 20
// How long output may still come after the program has ended.
const leftOverMs = 500

/** Real child processes, each in a process group of its own. `clock` times the limits and the grace before KILL. */
export function nodeProcesses(clock: Clock = systemClock): Processes {
  return {
    run: (command, signal) => run(command, clock, signal),
    stream: (command, signal) => stream(command, clock, signal),
    find,
  }
}

async function run(command: Command, clock: Clock, signal: AbortSignal | undefined): Promise<Ended> {
  signal?.throwIfAborted()
  const group = await startGroup(command, clock)
  const { child } = group
  const stdout = new BoundedOutput(child.stdout, command.maxOutputBytes ?? mebibyte)
  const stderr = new BoundedOutput(child.stderr, command.maxOutputBytes ?? mebibyte)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  using limits = limit(group, command, clock, signal)
  const how = await group.exited
  await drained(child, closed, clock)
  signal?.throwIfAborted()
  const truncated = stdout.truncated || stderr.truncated
  return { ...how, stdout: stdout.text(), stderr: stderr.text(), truncated, timedOut: limits.timedOut }
}

/** Waits for the rest of the output, but not for a left-over child that keeps it open. */
async function drained(child: ProcessGroup['child'], closed: Promise<void>, clock: Clock): Promise<void> {
  const over = new AbortController()
  await Promise.race([closed, clock.sleep(leftOverMs, over.signal).catch(() => undefined)])
  over.abort()
  child.stdout.destroy()
  child.stderr.destroy()
}

async function* stream(command: Command, clock: Clock, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted()
  const group = await startGroup(command, clock)
  const { child } = group
  const stderr = new BoundedOutput(child.stderr, mebibyte)
  using limits = limit(group, command, clock, signal)
  try {
    yield* child.stdout
    const how = await group.exited
    signal?.throwIfAborted()
    const { timedOut } = limits
    if (how.code === 0) return
    throw endedBadly(command, { ...how, stdout: '', stderr: stderr.text(), truncated: stderr.truncated, timedOut })
  } finally {
    if (child.exitCode === null && child.signalCode === null) group.kill()
    await group.exited.catch(() => undefined)
    child.stderr.destroy()
  }
}

interface Limits extends Disposable {
  timedOut: boolean
}

/** Kills the group at its time limit or when the signal fires. */
function limit(group: ProcessGroup, command: Command, clock: Clock, signal: AbortSignal | undefined): Limits {
  const over = new AbortController()
  const limits: Limits = {
    timedOut: false,
    [Symbol.dispose]: () => over.abort(),
  }
  const timeout = () => {
    limits.timedOut = true
    group.kill()
  }
  if (command.timeoutMs !== undefined) clock.sleep(command.timeoutMs, over.signal).then(timeout, () => undefined)
  signal?.addEventListener('abort', () => group.kill(), { signal: over.signal })
  if (signal?.aborted) group.kill()
  return limits
}

async function find(command: string): Promise<string | undefined> {
  if (command.includes('/')) return (await isProgram(command)) ? command : undefined
  for (const folder of (process.env.PATH ?? '').split(':')) {
    const path = join(folder || '.', command)
    if (await isProgram(path)) return path
  }
  return undefined
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
