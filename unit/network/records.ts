import { type InstanceIdent, instanceKey } from '@windlass/model/unit'
import { type Database, migrate } from '@windlass/platform/database'
import type { InstanceRecord, NetworkRecord } from './network.ts'

const tables = [
  `CREATE TABLE network_networks (network_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
   CREATE TABLE network_instances (key TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;`,
]

export class NetworkRecords {
  readonly #db: Database

  constructor(db: Database) {
    migrate(db, 'network', tables)
    this.#db = db
  }

  networks(): Map<string, NetworkRecord> {
    const rows = this.#db.all('SELECT record FROM network_networks').map(({ record }) => String(record))
    return new Map(rows.map((row) => JSON.parse(row) as NetworkRecord).map((one) => [one.networkId, one]))
  }

  instances(): Map<string, InstanceRecord> {
    const rows = this.#db.all('SELECT record FROM network_instances').map(({ record }) => String(record))
    return new Map(rows.map((row) => JSON.parse(row) as InstanceRecord).map((one) => [instanceKey(one.ident), one]))
  }

  saveNetwork(record: NetworkRecord): void {
    this.#db.run(
      'INSERT OR REPLACE INTO network_networks (network_id, record) VALUES (?, ?)',
      record.networkId,
      JSON.stringify(record),
    )
  }

  forgetNetwork(networkId: string): void {
    this.#db.run('DELETE FROM network_networks WHERE network_id = ?', networkId)
  }

  saveInstance(record: InstanceRecord): void {
    this.#db.run(
      'INSERT OR REPLACE INTO network_instances (key, record) VALUES (?, ?)',
      instanceKey(record.ident),
      JSON.stringify(record),
    )
  }

  forgetInstance(ident: InstanceIdent): void {
    this.#db.run('DELETE FROM network_instances WHERE key = ?', instanceKey(ident))
  }
}
