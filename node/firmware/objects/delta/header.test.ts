import { describe, expect, it } from 'vitest'
import { bytesField, field, fixture, fixtureImage, fixtureNames, headerOf, makeArchive } from './delta-fixture.ts'
import { headerSize, readHeader } from './header.ts'

const read = (archive: Uint8Array) => readHeader(archive.subarray(0, headerSize(archive)), archive.length)
const invalid = { code: 'archive_invalid' }

describe('readHeader', () => {
  it.each(fixtureNames)('reads what the real tool wrote: %s', (name) => {
    const header = read(fixture(name))
    expect(header.size).toBe(fixtureImage().length)
    expect(header.compression).toBe(name.split('-')[1])
    expect(header.cutting.by).toBe(name.split('-')[0])
    expect(header.order).toHaveLength({ fixed: 18, buzhash: header.order.length, rollsum: 23 }[header.cutting.by])
    expect(header.chunks.hashSize).toBe(header.cutting.by === 'buzhash' ? 16 : 64)
  })

  it('refuses what is no such archive, by its first bytes', () => {
    expect(() => headerSize(Buffer.from('\x1f\x8b not an archive'))).toThrow('expected it to begin with BITA1')
    expect(() => headerSize(Buffer.from('BITA1\0'))).toThrow()
    expect(() => headerSize(Buffer.concat([Buffer.from('BITA1\0'), Buffer.alloc(8, 0xff)]))).toThrow('at most 16777216')
  })

  it('refuses an archive of which the end is missing, as the tool itself leaves one behind now and then', () => {
    const archive = fixture('fixed-brotli')
    expect(() => read(archive.subarray(0, -52))).toThrow('its chunks end at 17231, it has 17179 bytes')
  })

  it('refuses a header with any byte changed', () => {
    const archive = fixture('rollsum-brotli')
    const size = headerSize(archive)
    for (let at = 14; at < size; at += 97) {
      const changed = Buffer.from(archive.subarray(0, size))
      changed[at] = (changed[at] ?? 0) ^ 4
      expect(() => readHeader(changed, archive.length)).toThrow('the checksum over its header is wrong')
    }
  })

  it.each<[string, (fields: Uint8Array[]) => Uint8Array[]]>([
    ['an index of no chunk', (fields) => [...fields, field(6, 500)]],
    ['more places than an honest image has', (fields) => [...fields, bytesField(6, Buffer.alloc(1_000_001))]],
    ['an image longer than its chunks', (fields) => [...fields, field(3, 5)]],
    ['no way of cutting', (fields) => fields.filter(([tag]) => tag !== 4 * 8 + 2)],
    [
      'a rolling window of nothing',
      (fields) => [...fields, bytesField(4, Buffer.concat([field(1, 9), field(3, 8), field(6, 1)]))],
    ],
    ['an unknown compression', (fields) => [...fields, bytesField(5, field(2, 9))]],
    ['a hash of three bytes', (fields) => [...fields, bytesField(7, bytesField(1, Buffer.alloc(3)))]],
    ['an empty chunk', (fields) => [...fields, bytesField(7, bytesField(1, Buffer.alloc(64)))]],
    ['a number for its checksum', (fields) => [...fields, field(2, 1)]],
    ['a field that ends behind it', (fields) => [...fields, Buffer.from([0x12, 0x7f, 0])]],
    ['a number without an end', (fields) => [...fields, Buffer.from([0x18, 0xff, 0xff])]],
    [
      'a number that is too large',
      (fields) => [...fields, Buffer.from([0x18, ...Array.from({ length: 9 }, () => 0xff), 1])],
    ],
  ])('refuses %s', (_, dictionary) => {
    const archive = makeArchive(fixtureImage(), { dictionary })
    expect(() => read(archive)).toThrow(expect.objectContaining(invalid))
  })

  it('passes over fields that it does not know', () => {
    const archive = makeArchive(fixtureImage(), {
      dictionary: (fields) => [...fields, bytesField(8, Buffer.from('x'))],
    })
    expect(read(archive).size).toBe(fixtureImage().length)
    expect(() => readHeader(headerOf(new Uint8Array()), 1000)).toThrow(expect.objectContaining(invalid))
  })
})
