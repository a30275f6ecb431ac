import { describe, expect, it } from 'vitest'
import { packCpio } from './cpio.ts'

describe('an initial file system', () => {
  it('has a header, the name and the content of each entry, all at multiples of four bytes', () => {
    const packed = packCpio([
      { path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
      { path: 'init', mode: 0o100755, content: Buffer.from('hello') },
    ])
    const fields = (at: number) => Array.from({ length: 13 }, (_, i) => field(packed, at, i))
    expect(packed.length % 4).toBe(0)
    expect(fields(0)).toEqual([1, 0o020600, 0, 0, 1, 0, 0, 0, 0, 5, 1, 12, 0])
    expect(packed.toString('latin1', 110, 122)).toBe('dev/console\0')
    const second = 124
    expect(fields(second)).toEqual([2, 0o100755, 0, 0, 1, 0, 5, 0, 0, 0, 0, 5, 0])
    expect(packed.toString('latin1', second + 116, second + 121)).toBe('hello')
    expect(packed.toString('latin1', second + 124 + 110, second + 124 + 120)).toBe('TRAILER!!!')
  })
})

function field(bytes: Buffer, header: number, i: number): number {
  expect(bytes.toString('latin1', header, header + 6)).toBe('070701')
  const at = header + 6 + 8 * i
  return Number.parseInt(bytes.toString('latin1', at, at + 8), 16)
}
