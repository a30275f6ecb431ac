import { asksForTheSame } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import { order } from './fake-unit.ts'
import { fingerprintOf } from './goal.ts'

/** As a record is after it was written and read: its members in the order of whoever read it. */
function reread<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'object' && part && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).reverse())
      : part,
  ) as T
}

describe('a desired state that was written down and read again', () => {
  const desired = order({ service: '1.0.0', component: '1.0.0', config: '1.0.0' })

  it('D7 asks for the same as when it came', () => {
    expect(asksForTheSame(reread(desired), desired)).toBe(true)
    expect(asksForTheSame(reread(desired), order({ service: '2.0.0', component: '1.0.0', config: '1.0.0' }))).toBe(
      false,
    )
  })

  it('is known again as the one that failed', () => {
    expect(fingerprintOf(reread(desired))).toBe(fingerprintOf(desired))
  })
})
