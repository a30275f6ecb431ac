import { existsSync, renameSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { SetAside } from './journal/journal.ts'

export type Row = Readonly<Record<string, string | number | bigint | Uint8Array | null>>

/** Records in one SQLite file: what `transaction` or a single `run` wrote survives a power cut once it returned. */
export interface Database {
  exec(sql: string): void
  run(sql: string, ...params: readonly SQLInputValue[]): void
  get(sql: string, ...params: readonly SQLInputValue[]): Row | undefined
  all(sql: string, ...params: readonly SQLInputValue[]): readonly Row[]
  /** All of it or nothing; may be nested, the outermost counts. */
  transaction<T>(work: () => T): T
  close(): void
}

/** @param path a file, made when absent (its folder has to be there), or `:memory:` */
export function openDatabase(path: string): Database {
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000')
  return new SqliteDatabase(db)
}

/**
 * The same of a file that a disk may have damaged: one whose structure does not hold is renamed to `<path>.old`, told to
 * `setAside`, and begun anew, because a device that refuses to start cannot be updated any more. A changed bit inside of a value
 * is not seen: SQLite has no checksums. Takes about 4 ms for each MB.
 */
export function openSoundDatabase(path: string, setAside: SetAside): Database {
  const why = existsSync(path) ? damageOf(path) : undefined
  if (why !== undefined) {
    for (const part of ['', '-wal', '-shm']) if (existsSync(path + part)) renameSync(path + part, `${path}.old${part}`)
    setAside({ path: `${path}.old`, why })
  }
  return openDatabase(path)
}

const [busy, corrupt, noDatabase] = [5, 11, 26]

function damageOf(path: string): string | undefined {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    const [found] = Object.values(db.prepare('PRAGMA integrity_check(1)').get() ?? {})
    return found === 'ok' ? undefined : String(found)
  } catch (error) {
    // The lower byte says what it is, the others more of it.
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
    // Somebody else has it; whoever opens it then waits, or is told.
    if (code === busy) return undefined
    if (code !== corrupt && code !== noDatabase) throw error
    return error instanceof Error ? error.message : undefined
  } finally {
    db?.close()
  }
}

/**
 * Brings the tables of one room to their newest form: each step is done once, in order, in one transaction with the note
 * that it was done. Steps are only ever added.
 */
export function migrate(db: Database, room: string, steps: readonly string[]): void {
  db.exec('CREATE TABLE IF NOT EXISTS migrations (room TEXT PRIMARY KEY, steps INTEGER NOT NULL) STRICT')
  const done = Number(db.get('SELECT steps FROM migrations WHERE room = ?', room)?.['steps'] ?? 0)
  if (done > steps.length) throw new Error(`${room}: expected at most ${steps.length} migrations, got ${done}`)
  for (let step = done; step < steps.length; step++) {
    db.transaction(() => {
      db.exec(steps[step] ?? '')
      db.run('INSERT OR REPLACE INTO migrations (room, steps) VALUES (?, ?)', room, step + 1)
    })
  }
}

class SqliteDatabase implements Database {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  #depth = 0

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  exec(sql: string): void {
    this.#db.exec(sql)
  }

  run(sql: string, ...params: readonly SQLInputValue[]): void {
    this.#prepared(sql).run(...params)
  }

  get(sql: string, ...params: readonly SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...params) as Row | undefined
  }

  all(sql: string, ...params: readonly SQLInputValue[]): readonly Row[] {
    return this.#prepared(sql).all(...params) as readonly Row[]
  }

  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work()
    this.#db.exec('BEGIN IMMEDIATE')
    this.#depth++
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    } finally {
      this.#depth--
    }
  }

  close(): void {
    this.#db.close()
  }

  #prepared(sql: string): ReturnType<DatabaseSync['prepare']> {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
