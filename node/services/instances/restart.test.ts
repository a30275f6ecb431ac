import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterEnd, defaultRestartRule, noRestarts, type RestartHistory } from './restart.ts'

/** Lives of so many ms each, one after another: the delays before each restart, to the end. */
function delays(lives: readonly number[], rule = defaultRestartRule): number[] {
  let history: RestartHistory = noRestarts
  let now = 0
  const found: number[] = []
  for (const life of lives) {
    const verdict = afterEnd(history, rule, now, now + life)
    if (!verdict.again) break
    found.push(verdict.at - now - life)
    now = verdict.at
    history = verdict.history
  }
  return found
}

describe('restarting', () => {
  it('a service that dies is started again after a second (L24)', () => {
    expect(delays([100_000])).toEqual([1000])
  })

  it('one that dies at once is given up after three restarts within five seconds', () => {
    expect(delays([0, 0, 0, 0, 0, 0])).toEqual([1000, 1000, 1000])
  })

  it('counts restarts in a window that slides, also long after the first start (W15)', () => {
    expect(delays([600_000, 0, 0, 0, 0, 0, 0])).toEqual([1000, 1000, 1000])
  })

  it('one that dies slowly is restarted for ever, more and more rarely', () => {
    const slow = Array.from({ length: 12 }, () => 5000)
    expect(delays(slow)).toEqual([1000, 1000, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000])
  })

  it('a life of a minute makes up for the short ones before it', () => {
    expect(delays([5000, 5000, 5000, 5000, 60_000])).toEqual([1000, 1000, 1000, 2000, 1000])
  })

  it('obeys an item s own parameters', () => {
    const rule = { startBurst: 1, startIntervalMs: 100, restartIntervalMs: 10 }
    expect(delays([0, 0, 0], rule)).toEqual([10])
  })

  it('never allows more restarts in a window than the burst, and never waits longer than a minute', () => {
    const lives = fc.array(fc.nat(100_000), { maxLength: 30 })
    const rules = fc.record({
      startBurst: fc.integer({ min: 1, max: 5 }),
      startIntervalMs: fc.integer({ min: 1, max: 20_000 }),
      restartIntervalMs: fc.integer({ min: 1, max: 60_000 }),
    })
    fc.assert(
      fc.property(lives, rules, (some, rule) => {
        const waits = delays(some, rule)
        expect(Math.max(0, ...waits)).toBeLessThanOrEqual(60_000)
        let now = 0
        const at = waits.map((wait, index) => (now += (some[index] ?? 0) + wait))
        for (const end of at) {
          const within = at.filter((one) => one <= end && end - one < rule.startIntervalMs)
          expect(within.length).toBeLessThanOrEqual(rule.startBurst)
        }
      }),
    )
  })
})
