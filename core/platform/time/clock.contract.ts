import { describe, expect, it } from 'vitest'
import type { Clock } from './clock.ts'

/** What every Clock promises. `pass` lets that much time go by. */
export function testClock(name: string, make: () => { clock: Clock; pass: (ms: number) => Promise<void> }): void {
  describe(`${name} as a clock`, () => {
    it('wakes sleepers in the order they are due', async () => {
      const { clock, pass } = make()
      const woken: string[] = []
      const late = clock.sleep(20).then(() => woken.push('late'))
      const early = clock.sleep(5).then(() => woken.push('early'))
      await pass(25)
      await Promise.all([late, early])
      expect(woken).toEqual(['early', 'late'])
    })

    it('counts the time slept', async () => {
      const { clock, pass } = make()
      const [now, uptime] = [clock.now(), clock.uptime()]
      const slept = clock.sleep(5)
      await pass(10)
      await slept
      expect(clock.uptime() - uptime).toBeGreaterThanOrEqual(4)
      expect(clock.now() - now).toBeGreaterThanOrEqual(4)
    })

    it('returns at once from a sleep of nothing', async () => {
      const { clock } = make()
      await expect(clock.sleep(0)).resolves.toBeUndefined()
    })

    it('rejects with the reason of a signal that fires during the sleep', async () => {
      const { clock } = make()
      const stop = new AbortController()
      const slept = clock.sleep(60_000, stop.signal)
      stop.abort(new Error('enough'))
      await expect(slept).rejects.toThrow('enough')
    })

    it('rejects with the reason of a signal that fired before, also for a sleep of nothing', async () => {
      const { clock } = make()
      const signal = AbortSignal.abort(new Error('no'))
      await expect(clock.sleep(60_000, signal)).rejects.toThrow('no')
      await expect(clock.sleep(0, signal)).rejects.toThrow('no')
    })
  })
}
