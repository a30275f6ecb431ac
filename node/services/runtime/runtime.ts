/** A folder or file of the host seen inside. */
export interface Bind {
  from: string
  /** Absolute, inside. */
  to: string
  kind: 'folder' | 'file'
  writable: boolean
}

/** A device of the host seen inside, where it has the same number and belongs to the same. */
export interface Device {
  /** Absolute, inside. */
  to: string
  kind: 'char' | 'block'
  major: number
  minor: number
  /** Permission bits. */
  permissions: number
  uid: number
  gid: number
  /** What its cgroup may do with it: some of `rwm`. */
  access: string
}

/** Absent: no limit. */
export interface Limits {
  /** Microseconds of CPU time in each 100 000. */
  cpuQuota?: number
  memoryBytes?: number
  pids?: number
  openFiles?: number
  /** Of the memory disk at /tmp. */
  tmpBytes: number
}

/** All that is needed to run one service. */
export interface Workload {
  /** Names it towards the system: folder, container, cgroup. */
  id: string
  /** Any text; `list` gives it back. */
  label: string
  /** Unpacked layers, the lowest first. */
  layers: readonly string[]
  args: readonly string[]
  /** `NAME=value` */
  env: readonly string[]
  cwd: string
  uid: number
  gid: number
  /** Groups besides. */
  gids: readonly number[]
  hostname: string
  binds: readonly Bind[]
  devices: readonly Device[]
  /** Small files put over the image's own, by absolute path. */
  files: Readonly<Record<string, string>>
  limits: Limits
  /** The network namespace to join; undefined for one without a network. */
  networkNamespace?: string
  sysctl: Readonly<Record<string, string>>
  /** Where what it says is appended. */
  logPath: string
}

/** How a run ended. `code` null: nobody saw it. A signal's number plus 128 is a code like any. */
export interface Exit {
  code: number | null
  /** Milliseconds since 1970. */
  at: number
  why: string
}

export interface RuntimeRun {
  id: string
  label: string
  /** New with every start. */
  token: string
  /** Milliseconds since 1970. */
  startedAt: number
  /** Its first process, as the host numbers it. */
  pid?: number
  exit?: Exit
}

/**
 * One means of running services on this node. What it started outlives this process; `list` knows it again. Calls for
 * different ids may overlap; for one id they may not.
 */
export interface Runtime {
  /** `crun`, `runc` or `process`. */
  readonly type: string
  /** Running ones, and ended ones that were not removed yet. */
  list(): Promise<RuntimeRun[]>
  /**
   * Returns when its first process runs, or has already ended. What an ended run of that id left is removed before; a start
   * that fails leaves nothing.
   * @throws ServicesError `runtime`
   */
  start(workload: Workload): Promise<void>
  /** Asks it to end, makes it end after a grace, and removes all that is left. Absent is fine. */
  stop(id: string): Promise<void>
  /** Ends it at once; its end stays to be seen. */
  kill(id: string): Promise<void>
  /** Runs a program inside; its exit code, null when it took too long. */
  exec(id: string, command: readonly string[], timeoutMs: number, stop: AbortSignal): Promise<number | null>
  /** Calls back when a run may have ended. */
  subscribe(heard: () => void): Disposable
}
