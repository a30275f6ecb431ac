import { matchesQuery, parseQuery, printQuery } from '@windlass/model'
import { anyQuery, anySubject } from '@windlass/model/fakes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Kinds, writtenOut } from './kinds.ts'

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
