import type { ErrorInfo, ItemState, ItemStatus, ItemType } from '@windlass/model/unit'
import { type Database, migrate } from '@windlass/platform/database'

/** One version of an item, as the store knows it. `changedMs`: since when it is in this state, by the unit's running time. */
export interface ItemRecord {
  itemId: string
  version: string
  type: ItemType
  indexDigest: string
  state: ItemState
  changedMs: number
  error?: ErrorInfo
}

type Key = Pick<ItemRecord, 'itemId' | 'version'>

const steps = [
  `CREATE TABLE images_items (
     item_id TEXT NOT NULL, version TEXT NOT NULL, type TEXT NOT NULL, index_digest TEXT NOT NULL,
     state TEXT NOT NULL, changed_ms REAL NOT NULL, error TEXT, PRIMARY KEY (item_id, version)) STRICT;
   CREATE TABLE images_blobs (
     item_id TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (item_id, version, digest),
     FOREIGN KEY (item_id, version) REFERENCES images_items ON DELETE CASCADE) STRICT;
   CREATE INDEX images_blobs_by_digest ON images_blobs (digest)`,
  // They were moments of the wall clock: what is kept now counts from here, in the order that it had.
  'UPDATE images_items SET changed_ms = changed_ms / 1e13 - 1',
]

/** Which items there are, how far each is, and which blobs each needs. */
export class ItemRecords {
  readonly #db: Database
  constructor(db: Database) {
    migrate(db, 'images', steps)
    this.#db = db
  }

  /** Oldest first. */
  all(): ItemRecord[] {
    return this.#db.all('SELECT * FROM images_items ORDER BY changed_ms, item_id, version').map(recordOf)
  }

  get({ itemId, version }: Key): ItemRecord | undefined {
    const row = this.#db.get('SELECT * FROM images_items WHERE item_id = ? AND version = ?', itemId, version)
    return row && recordOf(row)
  }

  put({ itemId, version, type, indexDigest, state, changedMs, error }: ItemRecord): void {
    const problem = error ? JSON.stringify(error) : null
    this.#db.run(
      `INSERT INTO images_items (item_id, version, type, index_digest, state, changed_ms, error) VALUES (?,?,?,?,?,?,?)
       ON CONFLICT (item_id, version) DO UPDATE SET type = excluded.type, index_digest = excluded.index_digest,
         state = excluded.state, changed_ms = excluded.changed_ms, error = excluded.error`,
      itemId,
      version,
      type,
      indexDigest,
      state,
      changedMs,
      problem,
    )
  }

  remove({ itemId, version }: Key): void {
    this.#db.run('DELETE FROM images_items WHERE item_id = ? AND version = ?', itemId, version)
  }

  /** Noted before the blobs are fetched, so that nobody takes them for orphans. */
  addBlobs(key: Key, digests: readonly string[]): void {
    const known = new Set(this.blobsOf(key))
    if (!digests.every((digest) => known.has(digest))) this.#write(key, new Set([...known, ...digests]))
  }

  /** The item needs these and no others. */
  setBlobs(key: Key, digests: ReadonlySet<string>): void {
    const known = new Set(this.blobsOf(key))
    if (known.size !== digests.size || ![...digests].every((digest) => known.has(digest))) this.#write(key, digests)
  }

  /** In one transaction, as each waits for the disk. */
  #write({ itemId, version }: Key, digests: ReadonlySet<string>): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM images_blobs WHERE item_id = ? AND version = ?', itemId, version)
      for (const digest of digests)
        this.#db.run('INSERT INTO images_blobs (item_id, version, digest) VALUES (?,?,?)', itemId, version, digest)
    })
  }

  blobsOf({ itemId, version }: Key): string[] {
    return this.#db
      .all('SELECT digest FROM images_blobs WHERE item_id = ? AND version = ?', itemId, version)
      .map(({ digest }) => String(digest))
  }

  /** What any item needs. */
  blobs(): Set<string> {
    return new Set(this.#db.all('SELECT DISTINCT digest FROM images_blobs').map(({ digest }) => String(digest)))
  }

  transaction<T>(work: () => T): T {
    return this.#db.transaction(work)
  }
}

export function statusOf({ itemId, type, version, state, error }: ItemRecord): ItemStatus {
  return { itemId, type, version, state, ...(error && { error }) }
}

function recordOf(row: Readonly<Record<string, unknown>>): ItemRecord {
  const error = row['error'] as string | null
  return {
    itemId: row['item_id'] as string,
    version: row['version'] as string,
    type: row['type'] as ItemType,
    indexDigest: row['index_digest'] as string,
    state: row['state'] as ItemState,
    changedMs: row['changed_ms'] as number,
    ...(error !== null && { error: JSON.parse(error) as ErrorInfo }),
  }
}
