import type { ComponentStatus, ComponentUpdate } from '@windlass/model/unit'
import { type Database, migrate } from '@windlass/platform/database'
import { UnitError } from '../unit-error.ts'
import type { Phase } from './next-step.ts'

/** Where the update of the unit's components stands; on disk before a manager is told anything. */
export interface UpdateState {
  phase: Phase
  updates: ReadonlyMap<string, readonly ComponentUpdate[]>
  /** What failed last, until the next update begins. */
  failures: readonly (ComponentStatus & { nodeId: string })[]
}

type Stored = [nodeId: string, updates: (Omit<ComponentUpdate, 'sha3'> & { sha3: string })[]][]

/** One row in the unit's database. */
export class UpdateRecord {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
    migrate(db, 'firmware', [
      `CREATE TABLE firmware_update (
        only INTEGER PRIMARY KEY CHECK (only = 1), phase TEXT NOT NULL, updates TEXT NOT NULL, failures TEXT NOT NULL
      ) STRICT`,
    ])
  }

  load(): UpdateState {
    const row = this.#db.get('SELECT phase, updates, failures FROM firmware_update')
    if (!row) return { phase: 'none', updates: new Map(), failures: [] }
    try {
      const stored = JSON.parse(String(row['updates'])) as Stored
      return {
        phase: String(row['phase']) as Phase,
        updates: new Map(stored.map(([nodeId, updates]) => [nodeId, updates.map(revive)])),
        failures: JSON.parse(String(row['failures'])) as UpdateState['failures'],
      }
    } catch (cause) {
      throw new UnitError('store_unreadable', `firmware_update: expected JSON, got ${String(row['updates'])}`, {
        cause,
      })
    }
  }

  save({ phase, updates, failures }: UpdateState): void {
    const stored: Stored = [...updates].map(([nodeId, list]) => [nodeId, list.map(flatten)])
    this.#db.run(
      'INSERT OR REPLACE INTO firmware_update (only, phase, updates, failures) VALUES (1, ?, ?, ?)',
      phase,
      JSON.stringify(stored),
      JSON.stringify(failures),
    )
  }
}

function flatten({ sha3, ...update }: ComponentUpdate): Stored[0][1][0] {
  return { ...update, sha3: Buffer.from(sha3).toString('hex') }
}

function revive({ sha3, ...update }: Stored[0][1][0]): ComponentUpdate {
  return { ...update, sha3: Buffer.from(sha3, 'hex') }
}
