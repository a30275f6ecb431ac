import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Clock } from '@windlass/platform'
import { DemoError } from '../demo-error.ts'

/** One of our own programs that runs beside the demo. */
export interface Child {
  pid: number
  /** How it ended, in words: `exit status 1`. Never rejects. */
  ended: Promise<string>
  /** TERM, after `graceMs` KILL; returns when it is gone. */
  stop(graceMs: number): Promise<void>
}

export interface Program {
  command: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Takes all it prints, after what is there. */
  log: string
  onLine?: (line: string) => void
}

/**
 * Starts it as the leader of its own process group: a Ctrl-C in the terminal is for the demo, which then ends its children
 * in order. @throws DemoError `child_failed`
 */
export async function startChild({ command, args, env, log, onLine }: Program, clock: Clock): Promise<Child> {
  const output = await open(log, 'a')
  try {
    // What nobody listens to goes straight to the file: a child that outlives us must not die of a broken pipe.
    const stdio = ['ignore', onLine ? 'pipe' : output.fd, output.fd] as const
    const child = spawn(command, args, { detached: true, stdio: [...stdio], env: { ...process.env, ...env } })
    const ended = once(child, 'close').then(how, String)
    const { pid, stdout } = child
    if (pid === undefined) throw new DemoError('child_failed', `expected ${command} to start, got: ${await ended}`)
    if (onLine && stdout) listen(stdout, log, onLine)
    return { pid, ended, stop: (graceMs) => stop(pid, ended, graceMs, clock) }
  } finally {
    await output.close()
  }
}

function how([code, signal]: (number | string | null)[]): string {
  return code === null ? `signal ${signal}` : `exit status ${code}`
}

function listen(output: Readable, log: string, onLine: (line: string) => void): void {
  output.pipe(createWriteStream(log, { flags: 'a' }))
  createInterface({ input: output }).on('line', onLine)
}

async function stop(pid: number, ended: Promise<string>, graceMs: number, clock: Clock): Promise<void> {
  const over = new AbortController()
  kill(pid, 'SIGTERM')
  const late = clock.sleep(graceMs, over.signal).then(
    () => kill(pid, 'SIGKILL'),
    () => undefined,
  )
  await ended
  over.abort()
  await late
}

/** Signals a process that may be gone already. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Nobody is left.
  }
}
