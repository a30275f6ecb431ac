import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { volatileDisk } from './volatile-disk.ts'

const folder = mkdtempSync(join(tmpdir(), 'windlass-disk-'))
const path = join(folder, 'disk')
const sectors = (...letters: string[]) => Buffer.from(letters.map((letter) => letter.repeat(512)).join(''))
const onDisk = () =>
  readFileSync(path)
    .toString()
    .replace(/(.)\1{511}/g, '$1')

function fresh() {
  writeFileSync(path, sectors('a', 'b', 'c', 'd'))
  return volatileDisk(path)
}

describe('a disk with a volatile cache', () => {
  afterEach(() => rmSync(path))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('reads what was written, and keeps it only with the next flush', () => {
    const disk = fresh()
    disk.write(512, sectors('X', 'Y'), false)
    expect(disk.read(0, 2048)).toEqual(sectors('a', 'X', 'Y', 'd'))
    expect(onDisk()).toBe('abcd')
    disk.flush()
    expect(onDisk()).toBe('aXYd')
    disk.close()
  })

  it('keeps what lies scattered, written in any order', () => {
    const disk = fresh()
    disk.write(1536, sectors('Z'), false)
    disk.write(0, sectors('X', 'Y'), false)
    disk.write(0, sectors('W'), false)
    disk.flush()
    expect(onDisk()).toBe('WYcZ')
    disk.close()
  })

  it('keeps more at once than the kernel takes in one call', () => {
    writeFileSync(path, Buffer.alloc(3000 * 512))
    const disk = volatileDisk(path)
    const all = Buffer.from(
      Array.from({ length: 3000 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(512)).join(''),
    )
    disk.write(0, all, false)
    disk.flush()
    expect(readFileSync(path).equals(all)).toBe(true)
    disk.close()
  })

  it('keeps at once what must not wait, and what was cached of it is no longer', () => {
    const disk = fresh()
    disk.write(0, sectors('X', 'X'), false)
    disk.write(512, sectors('Y'), true)
    expect(onDisk()).toBe('aYcd')
    disk.flush()
    expect(onDisk()).toBe('XYcd')
    disk.close()
  })

  it('keeps any of the sectors that were not flushed when the power goes, each of them whole', () => {
    const disk = fresh()
    disk.write(0, sectors('W', 'X', 'Y', 'Z'), false)
    let turn = 0
    expect(disk.cut(() => turn++ % 2 === 1)).toEqual({ lasted: 2, lost: 2 })
    expect(onDisk()).toBe('aXcZ')
    disk.flush()
    expect(onDisk()).toBe('aXcZ')
    disk.close()
  })

  it('refuses what is not in whole sectors', () => {
    const disk = fresh()
    expect(() => disk.write(100, Buffer.alloc(512), false)).toThrow('whole sectors')
    disk.close()
  })
})
