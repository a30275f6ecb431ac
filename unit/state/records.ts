import type { StateIdent } from '@windlass/model/unit'
import { type Database, migrate, type Row } from '@windlass/platform/database'
import type { StateQuotas } from '../ports.ts'
import { type ChecksumForm, defaultForm } from './checksum.ts'

/** What is known of one instance. `accepted`: checksum of the state that the cloud has; empty before it has one. */
export interface Kept {
  ident: StateIdent
  quotas: StateQuotas
  uid: number
  accepted: string
}

const tables = [
  `CREATE TABLE state_instances (
     key TEXT PRIMARY KEY, ident TEXT NOT NULL, quotas TEXT NOT NULL, uid INTEGER NOT NULL, accepted TEXT NOT NULL) STRICT;
   CREATE TABLE state_form (id INTEGER PRIMARY KEY CHECK (id = 1), form TEXT NOT NULL) STRICT;`,
]

export class StateRecords {
  readonly #db: Database

  constructor(db: Database) {
    migrate(db, 'state', tables)
    this.#db = db
  }

  all(): Map<string, Kept> {
    const rows = this.#db.all('SELECT key, ident, quotas, uid, accepted FROM state_instances')
    return new Map(rows.map((row) => [text(row, 'key'), keptOf(row)]))
  }

  save({ ident, quotas, uid, accepted }: Kept): void {
    this.#db.run(
      'INSERT OR REPLACE INTO state_instances (key, ident, quotas, uid, accepted) VALUES (?, ?, ?, ?, ?)',
      keyOf(ident),
      JSON.stringify(ident),
      JSON.stringify(quotas),
      uid,
      accepted,
    )
  }

  forget(ident: StateIdent): void {
    this.#db.run('DELETE FROM state_instances WHERE key = ?', keyOf(ident))
  }

  form(): ChecksumForm {
    const row = this.#db.get('SELECT form FROM state_form')
    return row ? (JSON.parse(text(row, 'form')) as ChecksumForm) : defaultForm
  }

  saveForm(form: ChecksumForm): void {
    this.#db.run('INSERT OR REPLACE INTO state_form (id, form) VALUES (1, ?)', JSON.stringify(form))
  }
}

export function keyOf({ itemId, subjectId, index }: StateIdent): string {
  return JSON.stringify([itemId, subjectId, index])
}

function keptOf(row: Row): Kept {
  return {
    ident: JSON.parse(text(row, 'ident')) as StateIdent,
    quotas: JSON.parse(text(row, 'quotas')) as StateQuotas,
    uid: Number(row['uid']),
    accepted: text(row, 'accepted'),
  }
}

function text(row: Row, column: string): string {
  return String(row[column])
}
