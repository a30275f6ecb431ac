import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
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
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const output = createWriteStream(log, { flags: 'a' })
  child.stdout.pipe(output, { end: false })
  child.stderr.pipe(output, { end: false })
  if (onLine) createInterface({ input: child.stdout }).on('line', onLine)
  const ended = once(child, 'close').then(([code, signal]) =>
    code === null ? `signal ${signal}` : `exit status ${code}`,
  )
  const { pid } = child
  if (pid === undefined) {
    const why = await ended.catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    throw new DemoError('child_failed', `expected ${command} to start, got: ${why}`)
  }
  void ended.then(() => finished(output.end()))
  return { pid, ended, stop: (graceMs) => stop(pid, ended, graceMs, clock) }
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
