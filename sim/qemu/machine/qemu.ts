import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { startKeeper } from '../../children/keeper.ts'

/** A virtual machine that is on. */
export interface Machine {
  /** Resolves with the first line of the console, from now on, that matches. @throws Error with the console's last lines */
  until(what: string, line: RegExp, timeoutMs: number): Promise<RegExpExecArray>
  watch(seen: (line: string) => void): void
  /** The last lines of the console. */
  tail(): string
  /** Pulls the plug: KILL. Returns when it is gone. */
  cut(): Promise<void>
}

export interface MachineOptions {
  program: 'qemu-system-x86_64' | 'qemu-system-aarch64'
  args: readonly string[]
  /** Takes all that comes over the console, after what is there. */
  log: string
}

const tailLines = 60

/** It does not outlive this process, however that ends. */
export function startMachine({ program, args, log }: MachineOptions): Machine {
  // In a process group of its own: a Ctrl-C is for us, who then pull the plug.
  const child = spawn(program, [...args, '-serial', 'stdio'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const keeper = startKeeper()
  if (child.pid !== undefined) keeper.keep([child.pid])
  const ended = once(child, 'close').then(([code, signal]) => `${program} ended with ${code ?? signal}`, String)
  void ended.then(keeper.release)
  const file = createWriteStream(log, { flags: 'a' })
  const last: string[] = []
  const watchers = new Set<(line: string) => void>()
  const hear = (line: string): void => {
    last.push(line)
    if (last.length > tailLines) last.shift()
    for (const seen of watchers) seen(line)
  }
  child.stdout.pipe(file)
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', hear)
  const tail = (): string => last.join('\n')
  return {
    tail,
    watch: (seen) => void watchers.add(seen),
    async until(what, pattern, timeoutMs) {
      const found = Promise.withResolvers<RegExpExecArray>()
      const seen = (line: string): void => {
        const match = pattern.exec(line)
        if (match) found.resolve(match)
      }
      const give = (why: string): void =>
        found.reject(new Error(`expected ${what}: ${why}; the console's last lines:\n${tail()}`))
      const late = setTimeout(() => give(`nothing after ${timeoutMs / 1000} s`), timeoutMs)
      watchers.add(seen)
      void ended.then(give)
      return found.promise.finally(() => {
        clearTimeout(late)
        watchers.delete(seen)
      })
    },
    async cut() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
