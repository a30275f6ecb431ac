import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeMetadata } from './index.ts'

describe('encodeMetadata()', () => {
  it('P1 gives the golden bytes from its values in any order', async () => {
    const golden = await readFile(new URL('../../trust/fixtures/golden.metadata.json', import.meta.url), 'utf8')
    const backwards = JSON.parse(golden, (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value,
    )
    expect(encodeMetadata(backwards)).toBe(golden)
  })

  // what Python's json.dumps(value, sort_keys=True) prints
  it.each<[unknown, string]>([
    [{ b: [1, -1, true, null], a: {}, c: [] }, '{"a": {}, "b": [1, -1, true, null], "c": []}'],
    ['\u007f\u0080é😀\u2028', '"\\u007f\\u0080\\u00e9\\ud83d\\ude00\\u2028"'],
    ['\u0000\b\t\n\f\r"\\/', '"\\u0000\\b\\t\\n\\f\\r\\"\\\\/"'],
    [{ '\uffff': 1, '😀': 2, é: 3, z: 4 }, '{"z": 4, "\\u00e9": 3, "\\uffff": 1, "\\ud83d\\ude00": 2}'],
  ])('writes %j as UpdateHub does', (value, text) => {
    expect(encodeMetadata(value)).toBe(text)
  })

  it('leaves out what is undefined, and refuses what JSON cannot say', () => {
    expect(encodeMetadata({ a: undefined, b: 1 })).toBe('{"b": 1}')
    expect(() => encodeMetadata({ size: 0.5 })).toThrow('got 0.5')
    expect(() => encodeMetadata([undefined])).toThrow('got undefined')
  })

  it('means what it was given, in ASCII, and stays the same when written again', () => {
    const values = fc
      .jsonValue({ noUnicodeString: false })
      .map((v) => JSON.parse(JSON.stringify(v, wholeNumbers)) as unknown)
    fc.assert(
      fc.property(values, (value) => {
        const text = encodeMetadata(value)
        expect(text).toMatch(/^[ -~]*$/)
        expect(JSON.parse(text)).toEqual(value)
        expect(encodeMetadata(JSON.parse(text))).toBe(text)
      }),
    )
  })
})

function wholeNumbers(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.trunc(value % 1e9) : value
}
