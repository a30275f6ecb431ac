import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../time/fake-clock.ts'
import { SeededRandom } from '../time/seeded-random.ts'
import { backoff, type RetryPolicy, retry } from './retry.ts'

const policy: RetryPolicy = { attempts: 5, firstDelayMs: 100, factor: 2, maxDelayMs: 500, jitter: 0 }
const ports = () => ({ clock: new FakeClock({ auto: true }), random: new SeededRandom(1) })
const failing = (times: number) => async (attempt: number) => {
  if (attempt <= times) throw new Error(`failure ${attempt}`)
  return attempt
}

describe('retry', () => {
  it('tries again with growing pauses until it succeeds', async () => {
    const { clock, random } = ports()
    expect(await retry(failing(4), policy, { clock, random })).toBe(5)
    expect(clock.uptime()).toBe(100 + 200 + 400 + 500)
  })

  it('throws the last error after the last attempt', async () => {
    await expect(retry(failing(9), policy, ports())).rejects.toThrow('failure 5')
  })

  it('stops at once where trying again cannot help', async () => {
    await expect(retry(failing(9), { ...policy, mayHelp: () => false }, ports())).rejects.toThrow('failure 1')
  })

  it('stops in a pause when the signal fires', async () => {
    const clock = new FakeClock()
    const stop = new AbortController()
    const tried = retry(failing(9), policy, { clock, random: new SeededRandom(1) }, stop.signal)
    await clock.advance(50)
    stop.abort(new Error('enough'))
    await expect(tried).rejects.toThrow('enough')
  })
})

describe('backoff', () => {
  it('stays between the share left by jitter and the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, jitter) => {
        const pause = backoff({ ...policy, jitter }, failures, new SeededRandom(failures))
        const whole = Math.min(500, 100 * 2 ** (failures - 1))
        expect(pause).toBeLessThanOrEqual(whole)
        expect(pause).toBeGreaterThanOrEqual(whole * (1 - jitter))
      }),
    )
  })
})
