import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Counts } from '../store/records.ts'
import { planOf } from './plan.ts'
import { begun, moved, nextMove, nobody, type Progress, spanText, waitsFor } from './progress.ts'

const counts = (over: Partial<Counts>): Counts => ({ ...nobody, ...over })
const approval = { by: ['ann', 'bob', 'eve'], needed: 2 }
const plan = planOf({
  phases: [
    { size: { count: 20 }, gate: { successPercent: 90, soakSeconds: 3600, approval, failureLimit: 3 } },
    { size: { percent: 10 } },
  ],
})
const at = 1_000_000
const hour = 3_600_000
const good = [counts({ updated: 18, pending: 2 }), counts({ pending: 50 }), counts({ pending: 430 })]

/** All moves from here until there is none. */
function course(progress: Progress, tallies: Counts[], now: number): [string[], Progress] {
  const taken: string[] = []
  let current = progress
  for (let move = nextMove(plan, current, tallies, now); move; move = nextMove(plan, current, tallies, now)) {
    taken.push(move.to === 'opened' ? `opened ${move.phase}` : move.to)
    current = moved(current, move)
  }
  return [taken, current]
}

describe('a phase', () => {
  it('opens the next when its share is updated, has soaked and is approved, not before', () => {
    const almost = [counts({ updated: 17, pending: 3 }), counts({ pending: 50 }), counts({ pending: 430 })]
    expect(course(begun, almost, at)).toEqual([[], begun])
    expect(waitsFor(plan, begun, almost, at)).toEqual([
      'phase 1 has 17 updated of the 18 that it needs, of 20',
      'phase 1 soaks for 1 h after that',
      '0 of 2 approvals are given; ann, bob, eve may approve',
    ])
    const [met, soaking] = course(begun, good, at)
    expect([met, soaking.metAt]).toEqual([['met'], at])
    expect(waitsFor(plan, soaking, good, at + 60_000)[0]).toBe('phase 1 soaks for 59 min more')
    const soaked = course(soaking, good, at + hour)
    expect(soaked).toEqual([[], soaking])
    expect(waitsFor(plan, soaking, good, at + hour)).toEqual(['0 of 2 approvals are given; ann, bob, eve may approve'])
    const approved = { ...soaking, approvals: ['bob', 'eve'] }
    expect(course(approved, good, at + hour - 1)[0]).toEqual([])
    expect(course(approved, good, at + hour)).toEqual([['opened 1'], { ...begun, phase: 1 }])
  })

  it('soaks anew when devices go back meanwhile', () => {
    const [, soaking] = course(begun, good, at)
    const worse = [counts({ updated: 17, rolled_back: 1, pending: 2 }), ...good.slice(1)]
    const [moves, back] = course(soaking, worse, at + 1000)
    expect([moves, back.metAt]).toEqual([['met'], null])
    expect(course(back, good, at + 5000)[1].metAt).toBe(at + 5000)
  })

  it('without devices lets the next open, but not where nobody is known at all', () => {
    const free = planOf({ phases: [{ size: { count: 1 } }] })
    expect(nextMove(free, begun, [nobody, counts({ pending: 4 })], at)).toEqual({ to: 'met', at })
    expect(nextMove(free, begun, [nobody, nobody], at)).toBeUndefined()
    expect(waitsFor(free, begun, [nobody, nobody], at)).toEqual(['nobody of the rollout is known yet'])
    const paused = { at, by: 'operator', reason: 'a storm' } as const
    expect(waitsFor(free, { ...begun, paused }, [nobody, nobody], at)[0]).toBe('the rollout is paused: a storm')
  })

  it('that fails too often pauses the rollout, with the numbers', () => {
    const failing = [counts({ updated: 15, failed: 1, rolled_back: 2 }), nobody, nobody]
    expect(course(begun, failing, at)).toEqual([
      ['paused'],
      {
        ...begun,
        paused: { at, by: 'failure_limit', reason: '3 of phase 1 failed or went back; its limit is 3' },
      },
    ])
  })

  it('that opened long ago still counts its failures', () => {
    const failing = [counts({ failed: 3 }), nobody, nobody]
    expect(course({ ...begun, phase: 2 }, failing, at)[0]).toEqual(['paused'])
  })

  it('bears the failures somebody resumed in spite of', () => {
    const resumed = { ...begun, borne: [3, 0, 0] }
    expect(course(resumed, [counts({ failed: 5 }), nobody, nobody], at)[0]).toEqual([])
    const [, paused] = course(resumed, [counts({ failed: 6 }), nobody, nobody], at)
    expect(paused.paused?.reason).toBe(
      '6 of phase 1 failed or went back, 3 of them before it was resumed; its limit is 3',
    )
  })

  it('of a rollout that is paused or aborted stays as it is', () => {
    const paused = { at, by: 'operator', reason: 'x' } as const
    expect(course({ ...begun, paused }, good, at)[0]).toEqual([])
    expect(course({ ...begun, abortedAt: at }, good, at)[0]).toEqual([])
  })
})

describe('moves by themselves', () => {
  const count = fc.nat(30)
  const tally = fc.record({ pending: count, updating: count, updated: count, failed: count, rolled_back: count })
  const tallies = fc.array(tally, { minLength: 3, maxLength: 3 })

  it('come to an end, never go back, and are not taken twice', () => {
    fc.assert(
      fc.property(fc.array(tallies, { maxLength: 10 }), fc.array(fc.nat(5000)), (seen, pauses) => {
        let progress = begun
        let now = at
        for (const [i, each] of seen.entries()) {
          now += (pauses[i] ?? 0) * 1000
          const [moves, next] = course(progress, each, now)
          expect(moves.length).toBeLessThan(8)
          expect(next.phase).toBeGreaterThanOrEqual(progress.phase)
          expect(course(next, each, now)[0]).toEqual([])
          progress = next
        }
      }),
    )
  })
})

it('a span of time is told in the words of people', () => {
  const told = [1, 59_001, 60_000, 61_000, 15_120_000, 86_400_000, 90_000_000].map(spanText)
  expect(told).toEqual(['1 s', '1 min', '1 min', '2 min', '4 h 12 min', '1 d', '1 d 1 h'])
})
