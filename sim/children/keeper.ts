import { spawn } from 'node:child_process'

/**
 * Ends our children when we die without doing so, and what outlives them by a last command. It is a shell that waits for
 * the pipe from us to break, which it does however we end.
 */
export interface Keeper {
  /** Whom to end, from now on. */
  keep(pids: readonly number[]): void
  /** What is run after them, one line of sh. */
  afterwards(command: string): void
  release(): void
}

const script = `while read -r line; do
  case $line in !*) last=\${line#!} ;; *) pids=$line ;; esac
done
[ -z "$pids" ] || kill -TERM $pids
[ -z "$last" ] || eval "$last"`

export function startKeeper(): Keeper {
  const shell = spawn('sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  // Without a shell there is only the record of children, which the next start reads.
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  return {
    keep: (pids) => void shell.stdin.write(`${pids.join(' ')}\n`),
    afterwards: (command) => void shell.stdin.write(`!${command}\n`),
    release: () => void shell.stdin.end('!\n\n'),
  }
}
