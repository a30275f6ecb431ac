import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from './index.ts'

describe('a time span', () => {
  it.each([
    [10, 10_000],
    [0.5, 500],
    ['10', 10_000],
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['250ms', 250],
    ['1500us', 1.5],
    ['24h', 86_400_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
    ['1y', 31_557_600_000],
    ['PT10S', 10_000],
    ['PT0.5S', 500],
    ['PT1M30S', 90_000],
    ['P1DT2H', 93_600_000],
    ['P1Y', 31_557_600_000],
    ['P1M', 2_629_800_000],
  ])('%j is %d ms', (written, ms) => {
    expect(parseDuration(written)).toBe(ms)
  })

  it.each(['', 'P', 'PT', 'P1', '10x', 's', '-1', '-1s', 'PT-1S', '1.2.3s', -1, Number.NaN, null, true, {}])(
    '%j is none',
    (written) => {
      expect(parseDuration(written)).toBeUndefined()
    },
  )

  it('comes back from its own form', () => {
    fc.assert(fc.property(fc.nat(), (ms) => parseDuration(formatDuration(ms)) === ms))
  })
})
