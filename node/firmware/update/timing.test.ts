import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { installOrder } from './states/install.ts'
import { pollDelay } from './states/poll.ts'
import { retrySeconds } from './states/probe.ts'

const day = 86_400_000

describe('when to probe', () => {
  it('is one interval after the last probe, at once when that is over or lies in the future (A2, A3, A4)', () => {
    expect(pollDelay(day, day - 600_000, day)).toBe(day - 600_000)
    expect(pollDelay(2 * day, 0, day)).toBe(0)
    expect(pollDelay(day, 2 * day, day)).toBe(0)
  })

  it('is never later than one interval', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer(), fc.integer({ min: 1 }), (now, last, interval) => {
        const delay = pollDelay(now, last, interval)
        expect(delay >= 0 && delay <= interval).toBe(true)
      }),
    )
  })

  it('after failures doubles up to an hour', () => {
    const delays = Array.from({ length: 14 }, (_, n) => retrySeconds(n + 1, day))
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600])
  })

  it('B4 is never longer than a short interval', () => {
    expect(retrySeconds(30, 60_000)).toBe(60)
    expect(retrySeconds(30, 10)).toBe(1)
  })
})

describe('the order of installing', () => {
  it('C21 is largest first, equals as they stand', () => {
    const objects = [
      { filename: 'a', size: 10 },
      { filename: 'b', size: 20 },
      { filename: 'c', size: 10 },
    ].map((o) => ({ ...o, mode: 'test', sha256sum: 'x', target: '', refuse: false }) as never)
    expect(installOrder(objects).map(({ filename }) => filename)).toEqual(['b', 'a', 'c'])
  })
})
