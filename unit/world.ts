import type { Clock, Files, Http, Log, Processes, Random, Rpc } from '@windlass/platform'
import type { Sockets } from './cloud/sockets.ts'
import type { Tls } from './ports.ts'

/** What a unit needs of the world. */
export interface WorldPorts {
  files: Files
  clock: Clock
  random: Random
  log: Log
  processes: Processes
  rpc: Rpc
  sockets: Sockets
  http(tls: Tls | undefined): Http
  /** A folder with all that is in it; absent is fine. */
  removeTree(path: string): Promise<void>
}
