import type { Workload } from './runtime.ts'

/** What tells one supervised runtime from another. Folders are run folders. */
export interface Means {
  readonly type: string
  /** How the runtime's own program is called while it prepares the service: part of /proc/PID/exe. */
  readonly programs: readonly string[]
  /** Whether the service sees its image's layers as its root; else they are folders like any. */
  readonly ownRoot: boolean
  /** A mount the supervisor must not see. */
  readonly hiddenMount?: string
  /** Files of the run folder, by name. */
  files(workload: Workload): Promise<Readonly<Record<string, string>>>
  /**
   * The program, run in the run folder's private mounts with the root at `rootfs`: it stays until the service has ended, and ends with
   * its exit code. It writes the first process's number to `pid` and its own complaints to `runtime.log`.
   */
  command(folder: string, id: string): string[]
  signal(folder: string, id: string, signal: 'TERM' | 'KILL'): Promise<void>
  /** All that is left of it besides the run folder; absent is fine. */
  remove(folder: string, id: string): Promise<void>
  exec(
    folder: string,
    id: string,
    command: readonly string[],
    timeoutMs: number,
    stop: AbortSignal,
  ): Promise<number | null>
}
