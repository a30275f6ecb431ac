import type { Clock } from '@windlass/platform'

/** Where text goes. `columns` is the width of a terminal. */
export interface Output {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

/** All that the commands need from the process they run in, besides the disk. */
export interface Ports {
  fetch: typeof globalThis.fetch
  stdout: Output
  stderr: Output
  clock: Clock
  /** The socket of an agent on this machine, where one may be; it is preferred to its port. */
  agentSocket?: string
  /** What relative paths are relative to. */
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Fires on Ctrl-C. */
  signal: AbortSignal
}
