import type { NodeInfo } from '@windlass/model/unit'
import { type Database, migrate } from '@windlass/platform/database'

/** The unit's other nodes, and the certificates that were issued to its nodes, over restarts. */
export class NodeRecords {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
    migrate(db, 'identity', [
      `CREATE TABLE identity_nodes (node_id TEXT PRIMARY KEY, info TEXT NOT NULL) STRICT;
       CREATE TABLE identity_certificates (
         node_id TEXT NOT NULL, type TEXT NOT NULL, not_after_ms INTEGER NOT NULL, PRIMARY KEY (node_id, type)
       ) STRICT`,
    ])
  }

  nodes(): readonly NodeInfo[] {
    // Written by `keep` alone.
    return this.#db
      .all('SELECT info FROM identity_nodes ORDER BY node_id')
      .map(({ info }) => JSON.parse(String(info)) as NodeInfo)
  }

  keep(node: NodeInfo): void {
    this.#db.run('INSERT OR REPLACE INTO identity_nodes VALUES (?, ?)', node.nodeId, JSON.stringify(node))
  }

  forget(nodeId: string): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM identity_nodes WHERE node_id = ?', nodeId)
      this.#db.run('DELETE FROM identity_certificates WHERE node_id = ?', nodeId)
    })
  }

  issued(nodeId: string, type: string, notAfterMs: number): void {
    this.#db.run('INSERT OR REPLACE INTO identity_certificates VALUES (?, ?, ?)', nodeId, type, Math.floor(notAfterMs))
  }

  /** Certificates that end before this moment. */
  endingBefore(ms: number): readonly { nodeId: string; type: string }[] {
    return this.#db
      .all('SELECT node_id, type FROM identity_certificates WHERE not_after_ms < ?', Math.floor(ms))
      .map((row) => ({ nodeId: String(row['node_id']), type: String(row['type']) }))
  }
}
