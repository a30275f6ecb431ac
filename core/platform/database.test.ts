import { describe, expect, it } from 'vitest'
import { migrate, openDatabase } from './database.ts'

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
