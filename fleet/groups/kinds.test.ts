import { matchesQuery, parseQuery, printQuery } from '@windlass/model'
import { anyQuery, anySubject } from '@windlass/model/fakes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atMost, type Kinds, writtenOut } from './kinds.ts'

const kinds: Kinds = {
  product: ['p'],
  version: ['3.0', '3.1', '3.10'],
  hardware: ['gw-mk2', 'gw-mk3'],
  status: ['idle', 'error'],
}

describe('a query about kinds', () => {
  it.each([
    ['version > 3.0', 'version in (3.1, 3.10)'],
    ['not (version > 3.0 or hardware ~ *3)', 'version in (3.0) and hardware in (gw-mk2)'],
    ['not not status != idle', 'status in (error)'],
    ['label.site = x and not has label.y', 'label.site = x and not has label.y'],
  ])('%s is written out as %s', (text, expected) => {
    expect(printQuery(writtenOut(parseQuery(text), kinds))).toBe(expected)
  })

  it('is true of no more devices than their kinds let it be', () => {
    fc.assert(
      fc.property(anyQuery, fc.array(anySubject, { minLength: 1, maxLength: 8 }), (query, some) => {
        const all = some.map(({ product, version, hardware, status }) => ({
          product,
          version,
          hardware,
          status,
          devices: 1,
        }))
        const right = some.filter((one) => matchesQuery(query, { id: 'x', ...one })).length
        expect(atMost(query, all)).toBeGreaterThanOrEqual(right)
      }),
      { numRuns: 300 },
    )
    const pairs = [
      { product: 'p', version: '3.1', hardware: 'h', status: 'idle', devices: 7 },
      { product: 'p', version: '3.0', hardware: 'h', status: 'error', devices: 2 },
    ]
    const most = (text: string) => atMost(parseQuery(text), pairs)
    expect(
      ['status = error and version = 3.1', 'not status = idle', 'label.x = y or status = error'].map(most),
    ).toEqual([0, 2, 9])
    expect(most('not (version < 3.1 or has label.x)')).toBe(7)
  })

  it('stays the same question for every device of these kinds', () => {
    fc.assert(
      fc.property(anyQuery, fc.array(anySubject, { minLength: 1, maxLength: 5 }), (query, some) => {
        const of = (field: keyof Kinds) => some.map((one) => one[field])
        const all = { product: of('product'), version: of('version'), hardware: of('hardware'), status: of('status') }
        const other = writtenOut(query, all)
        for (const one of some)
          expect(matchesQuery(other, { id: 'x', ...one })).toBe(matchesQuery(query, { id: 'x', ...one }))
      }),
      { numRuns: 300 },
    )
  })
})
