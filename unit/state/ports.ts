import type { UnitFact } from '@windlass/model/unit'
import type { Clock, Files, Log } from '@windlass/platform'
import type { Database } from '@windlass/platform/database'

export interface StatePorts {
  files: Files
  /** A folder with all that is in it; absent is fine. */
  removeTree: (path: string) => Promise<void>
  quotas: Quotas
  database: Database
  clock: Clock
  log: Log
  send: (fact: StateFact) => void
}

export type StateFact = Extract<UnitFact, { kind: 'new_state' | 'state_request' }>

export interface StateFolders {
  storageDir: string
  stateDir: string
}

/** Limits what a user may store on the filesystem of a folder. */
export interface Quotas {
  /** @param bytes 0: no limit. Resolves to false where the filesystem cannot. */
  limit(folder: string, uid: number, bytes: number): Promise<boolean>
}
