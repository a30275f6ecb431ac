import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { migrate, openDatabase, openSoundDatabase } from './database.ts'

describe('a database', () => {
  it('keeps all of a transaction or nothing', () => {
    const db = openDatabase(':memory:')
    migrate(db, 'room', ['CREATE TABLE room_things (name TEXT) STRICT'])
    db.transaction(() => db.run('INSERT INTO room_things VALUES (?)', 'kept'))
    const torn = () =>
      db.transaction(() => {
        db.transaction(() => db.run('INSERT INTO room_things VALUES (?)', 'lost'))
        throw new Error('half-way')
      })
    expect(torn).toThrow('half-way')
    expect(db.all('SELECT name FROM room_things')).toEqual([{ name: 'kept' }])
  })

  it('does each migration once', () => {
    const db = openDatabase(':memory:')
    migrate(db, 'room', ['CREATE TABLE room_things (name TEXT) STRICT'])
    migrate(db, 'room', [
      'CREATE TABLE room_things (name TEXT) STRICT',
      'ALTER TABLE room_things ADD COLUMN size INTEGER',
    ])
    expect(db.get('SELECT steps FROM migrations')).toEqual({ steps: 2 })
  })

  it('forgets a migration that broke half-way', () => {
    const db = openDatabase(':memory:')
    expect(() => migrate(db, 'room', ['CREATE TABLE room_a (x); CREATE TABLE room_a (x)'])).toThrow('already exists')
    expect(db.all("SELECT name FROM sqlite_master WHERE name = 'room_a'")).toEqual([])
  })

  it('refuses records of a newer version', () => {
    const db = openDatabase(':memory:')
    migrate(db, 'room', ['SELECT 1', 'SELECT 2'])
    expect(() => migrate(db, 'room', ['SELECT 1'])).toThrow('expected at most 1 migrations, got 2')
  })
})

describe('a database in a file that a disk damaged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-database-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  const things = 'CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER) STRICT'
  const filled = (name: string) => {
    const path = join(folder, `${name}.db`)
    const db = openDatabase(path)
    migrate(db, 'room', [things])
    db.transaction(() => {
      for (let n = 0; n < 500; n++) db.run('INSERT INTO things VALUES (?, ?)', `thing ${n} ${'x'.repeat(50)}`, n)
    })
    db.close()
    return path
  }
  const open = (path: string) => {
    const asides: { path: string; why: string }[] = []
    const db = openSoundDatabase(path, (aside) => asides.push(aside))
    migrate(db, 'room', [things])
    const count = Number(db.get('SELECT COUNT(*) AS count FROM things')?.['count'])
    db.close()
    return { asides, count }
  }
  const change = (path: string, work: (bytes: Buffer) => void) => {
    const bytes = readFileSync(path)
    work(bytes)
    writeFileSync(path, bytes)
  }
  const page = 4096

  const damages: readonly [string, (path: string) => void, RegExp][] = [
    ['its first bytes are others', (path) => change(path, (bytes) => bytes.fill(7, 0, 16)), /not a database/],
    ['a page is empty', (path) => change(path, (bytes) => bytes.fill(0, 3 * page, 4 * page)), /./],
    [
      'one bit of the head of a page is another',
      (path) => change(path, (bytes) => bytes.writeUInt8(bytes.readUInt8(4 * page) ^ 16, 4 * page)),
      /./,
    ],
    ['its end is missing', (path) => truncateSync(path, 5 * page), /./],
  ]
  it.each(damages)('is set aside and begun anew: %s', (name, damage, why) => {
    const path = filled(name)
    damage(path)
    const damaged = readFileSync(path)
    const { asides, count } = open(path)
    expect([asides, count]).toEqual([[{ path: `${path}.old`, why: expect.stringMatching(why) }], 0])
    expect(readFileSync(`${path}.old`)).toEqual(damaged)
    expect(open(path)).toEqual({ asides: [], count: 0 })
  })

  it('is left alone where it is sound, also with what a killed process left beside it', () => {
    const path = filled('sound')
    const living = new DatabaseSync(path)
    living.exec("INSERT INTO things VALUES ('one more', 1)")
    const copy = join(folder, 'killed.db')
    for (const part of ['', '-wal']) copyFileSync(path + part, copy + part)
    living.close()
    expect(existsSync(`${copy}-wal`)).toBe(true)
    expect(open(copy)).toEqual({ asides: [], count: 501 })
    expect(open(join(folder, 'new.db'))).toEqual({ asides: [], count: 0 })
  })

  it('is not taken for damaged while somebody else has it', () => {
    const path = filled('taken')
    const other = new DatabaseSync(path)
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    expect(() => open(path)).toThrow('locked')
    other.close()
    expect(open(path)).toEqual({ asides: [], count: 500 })
  })
})
