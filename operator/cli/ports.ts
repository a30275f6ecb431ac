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
  /** What relative paths are relative to. */
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Fires on Ctrl-C. */
  signal: AbortSignal
}
