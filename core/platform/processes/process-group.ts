import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Clock } from '../time/clock.ts'
import { type Command, ProcessError } from './processes.ts'

// From TERM to KILL.
const graceMs = 2000

/** One started program with all that it starts itself, which is killed as one. */
export interface ProcessGroup {
  child: ChildProcessWithoutNullStreams
  /** Rejects when the input could not be read to its end; the program was killed then. */
  exited: Promise<{ code: number | null; signal: string | null }>
  /** TERM, then KILL after two seconds, also for those that outlive their leader. */
  kill(): void
}

/** @throws ProcessError `not_found`, `not_executable` */
export async function startGroup(command: Command, clock: Clock): Promise<ProcessGroup> {
  const child = spawn(command.command, command.args ?? [], {
    detached: true,
    ...(command.env && { env: { ...process.env, ...command.env } }),
    ...(command.cwd !== undefined && { cwd: command.cwd }),
  })
  const exit = new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (code, signal) => resolve([code, signal]))
  })
  await whenStarted(child, command)
  let killed = false
  const kill = () => {
    if (!killed) void killGroup(child, exit, clock)
    killed = true
  }
  const broken: unknown[] = []
  feed(child, command.input).catch((error: unknown) => {
    broken.push(error)
    kill()
  })
  const exited = exit.then(([code, signal]) => {
    if (broken.length > 0) throw broken[0]
    return { code, signal }
  })
  exited.catch(() => undefined)
  return { child, kill, exited }
}

async function whenStarted(child: ChildProcessWithoutNullStreams, { command, cwd }: Command): Promise<void> {
  try {
    await once(child, 'spawn')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    const where = cwd === undefined ? command : `${command} in ${cwd}`
    if (code === 'ENOENT') throw new ProcessError('not_found', `expected a program ${where}, found none`, { cause })
    throw new ProcessError('not_executable', `expected ${where} to be executable, got ${String(code)}`, { cause })
  }
}

async function killGroup(child: { pid?: number | undefined }, exit: Promise<unknown>, clock: Clock): Promise<void> {
  signalGroup(child, 'SIGTERM')
  const over = new AbortController()
  await Promise.race([exit, clock.sleep(graceMs, over.signal).catch(() => undefined)])
  over.abort()
  signalGroup(child, 'SIGKILL')
}

function signalGroup({ pid }: { pid?: number | undefined }, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nobody is left to kill.
  }
}

/** A program need not read all of its input. A piece is all in the pipe before the next one is asked for. */
async function feed({ stdin }: ChildProcessWithoutNullStreams, input: Command['input']): Promise<void> {
  stdin.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => stdin.once('close', resolve))
  const pieces = input instanceof Uint8Array ? [input] : (input ?? [])
  for await (const piece of pieces) {
    if (stdin.destroyed) return
    const written = new Promise<void>((resolve) => stdin.write(piece, () => resolve()))
    await Promise.race([written, closed])
  }
  stdin.end()
}
