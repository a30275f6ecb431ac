import type { EnvOverride, InstanceIdent, InstanceOrder } from '@windlass/model/unit'
import { type Database, migrate, type Row } from '@windlass/platform/database'
import type { Placement } from '../ports.ts'
import type { Failure } from './failures.ts'
import type { Identity } from './identities.ts'

const tables = [
  `CREATE TABLE launcher_sets (name TEXT PRIMARY KEY, placement TEXT NOT NULL) STRICT;
   CREATE TABLE launcher_told (node_id TEXT PRIMARY KEY, orders TEXT NOT NULL) STRICT;
   CREATE TABLE launcher_instances (
     key TEXT PRIMARY KEY, ident TEXT NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL,
     state TEXT NOT NULL, since_ms INTEGER NOT NULL) STRICT;
   CREATE TABLE launcher_subjects (subject_id TEXT PRIMARY KEY) STRICT;
   CREATE TABLE launcher_override_envvars (position INTEGER PRIMARY KEY, item TEXT NOT NULL) STRICT;`,
  `CREATE TABLE launcher_failures (
     key TEXT NOT NULL, version TEXT NOT NULL, node_id TEXT NOT NULL, PRIMARY KEY (key, version, node_id)) STRICT;`,
  // They were moments of the wall clock: what is kept now counts from here.
  'UPDATE launcher_instances SET since_ms = 0',
]

export const nothing: Placement = { requests: [], nodes: new Map(), components: [], homeless: [] }

/** What the launcher remembers across its own life. */
export class Records {
  readonly #db: Database

  constructor(db: Database) {
    migrate(db, 'launcher', tables)
    this.#db = db
  }

  transaction(work: () => void): void {
    this.#db.transaction(work)
  }

  /** `current`: what is to run. `before`: what ran before an update that is not confirmed yet. */
  set(name: 'current' | 'before'): Placement | undefined {
    const row = this.#db.get('SELECT placement FROM launcher_sets WHERE name = ?', name)
    return row && placementOf(text(row, 'placement'))
  }

  saveSet(name: 'current' | 'before', placement: Placement): void {
    this.#db.run('INSERT OR REPLACE INTO launcher_sets (name, placement) VALUES (?, ?)', name, textOf(placement))
  }

  forgetSet(name: 'before'): void {
    this.#db.run('DELETE FROM launcher_sets WHERE name = ?', name)
  }

  told(): Map<string, readonly InstanceOrder[]> {
    const rows = this.#db.all('SELECT node_id, orders FROM launcher_told')
    return new Map(rows.map((row) => [text(row, 'node_id'), JSON.parse(text(row, 'orders')) as InstanceOrder[]]))
  }

  saveTold(nodeId: string, orders: readonly InstanceOrder[]): void {
    this.#db.run('INSERT OR REPLACE INTO launcher_told (node_id, orders) VALUES (?, ?)', nodeId, JSON.stringify(orders))
  }

  identities(): Map<string, Identity> {
    const rows = this.#db.all('SELECT key, ident, uid, gid, state, since_ms FROM launcher_instances')
    return new Map(rows.map((row) => [text(row, 'key'), identityOf(row)]))
  }

  saveIdentity(key: string, { ident, uid, gid, state, sinceMs }: Identity): void {
    this.#db.run(
      'INSERT OR REPLACE INTO launcher_instances (key, ident, uid, gid, state, since_ms) VALUES (?, ?, ?, ?, ?, ?)',
      key,
      JSON.stringify(ident),
      uid,
      gid,
      state,
      Math.round(sinceMs),
    )
  }

  forgetIdentity(key: string): void {
    this.#db.run('DELETE FROM launcher_instances WHERE key = ?', key)
  }

  failures(): Failure[] {
    const rows = this.#db.all('SELECT key, version, node_id FROM launcher_failures')
    return rows.map((row) => ({ key: text(row, 'key'), version: text(row, 'version'), nodeId: text(row, 'node_id') }))
  }

  addFailures(failures: readonly Failure[]): void {
    this.#db.transaction(() => {
      for (const { key, version, nodeId } of failures)
        this.#db.run(
          'INSERT OR REPLACE INTO launcher_failures (key, version, node_id) VALUES (?, ?, ?)',
          key,
          version,
          nodeId,
        )
    })
  }

  forgetFailures(): void {
    this.#db.run('DELETE FROM launcher_failures')
  }

  subjects(): string[] {
    return this.#db.all('SELECT subject_id FROM launcher_subjects').map((row) => text(row, 'subject_id'))
  }

  saveSubjects(subjects: Iterable<string>): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM launcher_subjects')
      for (const subject of subjects) this.#db.run('INSERT INTO launcher_subjects (subject_id) VALUES (?)', subject)
    })
  }

  overrides(): EnvOverride[] {
    const rows = this.#db.all('SELECT item FROM launcher_override_envvars ORDER BY position')
    return rows.map((row) => JSON.parse(text(row, 'item')) as EnvOverride)
  }

  saveOverrides(items: readonly EnvOverride[]): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM launcher_override_envvars')
      for (const [position, item] of items.entries())
        this.#db.run(
          'INSERT INTO launcher_override_envvars (position, item) VALUES (?, ?)',
          position,
          JSON.stringify(item),
        )
    })
  }
}

function identityOf(row: Row): Identity {
  return {
    ident: JSON.parse(text(row, 'ident')) as InstanceIdent,
    uid: Number(row['uid']),
    gid: Number(row['gid']),
    state: text(row, 'state') as Identity['state'],
    sinceMs: Number(row['since_ms']),
  }
}

function textOf({ nodes, ...rest }: Placement): string {
  return JSON.stringify({ ...rest, nodes: [...nodes] })
}

function placementOf(stored: string): Placement {
  const { nodes, ...rest } = JSON.parse(stored) as Omit<Placement, 'nodes'> & { nodes: [string, InstanceOrder[]][] }
  return { ...rest, nodes: new Map(nodes) }
}

function text(row: Row, column: string): string {
  return String(row[column])
}
