import fc from 'fast-check'
import { expect, it } from 'vitest'
import { allBut, type MaskedValues } from './other-values.ts'

const uint16 = fc.integer({ min: 0, max: 0xffff })
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const has =
  (one: number) =>
  ({ mask, value }: MaskedValues) =>
    (one & mask) >>> 0 === value

it('has every number once, but for those that are excluded', () => {
  fc.assert(
    fc.property(fc.array(uint16, { minLength: 1, maxLength: 4 }), uint32, (excluded, other) => {
      const rest = allBut(excluded)
      for (const one of excluded) expect(rest.filter(has(one))).toEqual([])
      if (!excluded.includes(other & 0xffff)) expect(rest.filter(has(other))).toHaveLength(1)
    }),
  )
  expect(allBut([5])).toHaveLength(16)
})
