import { describe, expect, it } from 'vitest'
import { ReadRoom } from './read-room.ts'

describe('room for reading', () => {
  it('is little until a piece fills it, then all there may be', () => {
    const buffer = new ReadRoom(256 * 1024)
    expect(buffer.room.length).toBe(8 * 1024)
    buffer.room.fill(7)
    expect(buffer.taken(100)).toEqual(new Uint8Array(100).fill(7))
    expect(buffer.room.length).toBe(8 * 1024)
    expect(buffer.taken(8 * 1024)).toEqual(new Uint8Array(8 * 1024).fill(7))
    expect(buffer.room.length).toBe(256 * 1024)
    const { room } = buffer
    expect(buffer.taken(256 * 1024)).toHaveLength(256 * 1024)
    expect(buffer.room).toBe(room)
  })

  it('is never more than asked for', () => {
    const buffer = new ReadRoom(10)
    buffer.taken(10)
    expect(buffer.room).toHaveLength(10)
  })
})
