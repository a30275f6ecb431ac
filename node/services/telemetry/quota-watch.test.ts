import { describe, expect, it } from 'vitest'
import { type QuotaWatch, watchQuota } from './quota-watch.ts'

const rule = { minTimeoutMs: 10_000, minThreshold: 50, maxThreshold: 80 }

/** One value each five seconds: what is said at each. */
function said(...values: readonly number[]): string[] {
  let watch: QuotaWatch = { at: 'calm' }
  return values.map((value, at) => {
    const next = watchQuota(watch, rule, value, at * 5000)
    watch = next.watch
    return next.status ?? '-'
  })
}

describe('a watched value', () => {
  it('raises once it was high for the whole time', () => {
    expect(said(80, 90, 80)).toEqual(['-', '-', 'raise'])
  })

  it('that dips before the time is over begins anew', () => {
    expect(said(80, 79, 80, 80, 80)).toEqual(['-', '-', '-', '-', 'raise'])
  })

  it('continues once per time while it is not low, and falls after that time of being low', () => {
    expect(said(90, 90, 90, 60, 60, 55, 50, 49, 49, 49, 10)).toEqual([
      '-',
      '-',
      'raise',
      '-',
      'continue',
      '-',
      'continue',
      '-',
      '-',
      'fall',
      '-',
    ])
  })

  it('that rises again before it fell goes on', () => {
    expect(said(90, 90, 90, 10, 60, 10, 10, 10)).toEqual(['-', '-', 'raise', '-', '-', '-', '-', 'fall'])
  })

  it('of a rule without a time speaks at once', () => {
    expect(watchQuota({ at: 'calm' }, { ...rule, minTimeoutMs: 0 }, 80, 0).status).toBe('raise')
  })
})
