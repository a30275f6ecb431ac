import type { InstanceOrder } from '@windlass/model/unit'
import type { RunningTimeRecords, SetAside } from '@windlass/platform'
import { type Database, migrate, openSoundDatabase, type Row } from '@windlass/platform/database'
import type { ImageRecords, StoredImage } from '../images/image-records.ts'
import type { InstanceRecords } from '../instances/records.ts'
import type { Place } from '../network/attachment.ts'
import type { PlaceRecords } from '../network/unit-places.ts'
import type { KeptFolder, StorageRecords } from '../storage/storage-records.ts'
import type { JournalRecords } from '../telemetry/journal-records.ts'
import { decodeOrders, encodeOrders } from '../workload/order-text.ts'

const steps = [
  `CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
   CREATE TABLE images (
     item_id TEXT NOT NULL, version TEXT NOT NULL, manifest_digest TEXT NOT NULL, removed_at REAL,
     PRIMARY KEY (item_id, version, manifest_digest)) STRICT`,
  'CREATE TABLE places (id TEXT PRIMARY KEY, place TEXT NOT NULL) STRICT',
  `CREATE TABLE folders (
     folder TEXT PRIMARY KEY, project INTEGER NOT NULL, marked INTEGER NOT NULL, unused_since REAL) STRICT`,
  'ALTER TABLE folders RENAME COLUMN unused_since TO unused_ms; UPDATE folders SET unused_ms = NULL',
  // They were moments of the wall clock: what is kept now counts from here, in the order that it had.
  `UPDATE images SET removed_at = removed_at / 1e13 - 1; DELETE FROM facts WHERE name = 'offline_since'`,
]

/** What the service manager remembers, in one SQLite file. */
export class SqliteRecords
  implements InstanceRecords, ImageRecords, PlaceRecords, JournalRecords, StorageRecords, RunningTimeRecords
{
  readonly #db: Database

  private constructor(db: Database) {
    this.#db = db
  }

  /** @param path a file whose folder is there, or `:memory:`; one that is damaged is begun anew */
  static open(path: string, setAside: SetAside = () => undefined): SqliteRecords {
    const db = openSoundDatabase(path, setAside)
    migrate(db, 'services', steps)
    return new SqliteRecords(db)
  }

  instances(): InstanceOrder[] {
    const held = this.#fact('instances')
    return held instanceof Uint8Array ? [...decodeOrders(held)] : []
  }

  saveInstances(orders: readonly InstanceOrder[]): void {
    this.#save('instances', encodeOrders(orders))
  }

  offlineSince(): number | undefined {
    const held = this.#fact('offline_since')
    return held instanceof Uint8Array ? Number(Buffer.from(held).toString()) : undefined
  }

  saveOfflineSince(at: number | undefined): void {
    if (at === undefined) this.#db.run(`DELETE FROM facts WHERE name = 'offline_since'`)
    else this.#save('offline_since', Buffer.from(String(at)))
  }

  runningMs(): number {
    const held = this.#fact('running_ms')
    return held instanceof Uint8Array ? Number(Buffer.from(held).toString()) : 0
  }

  saveRunningMs(ms: number): void {
    this.#save('running_ms', Buffer.from(String(ms)))
  }

  images(): StoredImage[] {
    const rows = this.#db.all('SELECT * FROM images ORDER BY rowid')
    return rows.map((row) => ({
      itemId: String(row['item_id']),
      version: String(row['version']),
      manifestDigest: String(row['manifest_digest']),
      ...(row['removed_at'] !== null && { removedAt: Number(row['removed_at']) }),
    }))
  }

  saveImages(images: readonly StoredImage[]): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM images')
      for (const { itemId, version, manifestDigest, removedAt } of images) {
        this.#db.run('INSERT INTO images VALUES (?, ?, ?, ?)', itemId, version, manifestDigest, removedAt ?? null)
      }
    })
  }

  place(id: string): Place | undefined {
    const held = this.#db.get('SELECT place FROM places WHERE id = ?', id)?.['place']
    return typeof held === 'string' ? (JSON.parse(held) as Place) : undefined
  }

  savePlace(id: string, place: Place): void {
    this.#db.run('INSERT OR REPLACE INTO places VALUES (?, ?)', id, JSON.stringify(place))
  }

  forgetPlace(id: string): void {
    this.#db.run('DELETE FROM places WHERE id = ?', id)
  }

  journalCursor(): string | undefined {
    const held = this.#fact('journal_cursor')
    return held instanceof Uint8Array ? Buffer.from(held).toString() : undefined
  }

  saveJournalCursor(cursor: string | undefined): void {
    if (cursor === undefined) this.#db.run(`DELETE FROM facts WHERE name = 'journal_cursor'`)
    else this.#save('journal_cursor', Buffer.from(cursor))
  }

  folders(): KeptFolder[] {
    return this.#db.all('SELECT * FROM folders ORDER BY rowid').map(keptFolder)
  }

  folder(folder: string): KeptFolder | undefined {
    const row = this.#db.get('SELECT * FROM folders WHERE folder = ?', folder)
    return row && keptFolder(row)
  }

  saveFolder({ folder, project, isMarked, unusedMs }: KeptFolder): void {
    const values = [folder, project, Number(isMarked), unusedMs ?? null]
    this.#db.run('INSERT OR REPLACE INTO folders VALUES (?, ?, ?, ?)', ...values)
  }

  forgetFolder(folder: string): void {
    this.#db.run('DELETE FROM folders WHERE folder = ?', folder)
  }

  close(): void {
    this.#db.close()
  }

  #fact(name: string) {
    return this.#db.get('SELECT value FROM facts WHERE name = ?', name)?.['value']
  }

  #save(name: string, value: Uint8Array): void {
    this.#db.run('INSERT OR REPLACE INTO facts VALUES (?, ?)', name, value)
  }
}

function keptFolder(row: Row): KeptFolder {
  const { folder, project, marked, unused_ms: unusedMs } = row
  return {
    folder: String(folder),
    project: Number(project),
    isMarked: marked === 1,
    ...(typeof unusedMs === 'number' && { unusedMs }),
  }
}
