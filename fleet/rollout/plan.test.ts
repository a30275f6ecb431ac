import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atOnce, boundsOf, phaseAt, planOf, pointOf } from './plan.ts'

describe('the plan of an order', () => {
  it('says all that the order left out, and ends with the rest', () => {
    const { phases } = planOf({ phases: [{ size: { count: 5 }, gate: { failureLimit: 2 } }] })
    const gate = { successPercent: 100, soakSeconds: 0, approval: null, failureLimit: 2 }
    expect(phases).toEqual([
      { size: { count: 5 }, gate },
      { size: { rest: true }, gate },
    ])
    expect(planOf({})).toEqual(atOnce)
    expect(planOf({ phases: [{ size: { rest: true } }] })).toEqual(atOnce)
  })
})

describe('the phase of a device', () => {
  const devices = (n: number) => Array.from({ length: n }, (_, i) => `device ${i}`)
  const drawn = (rollout: number, plan: ReturnType<typeof planOf>, n: number) => {
    const points = devices(n).map((device) => pointOf(rollout, device))
    const sorted = points.toSorted((x, y) => x - y)
    const bounds = boundsOf(plan, { total: n, onRing: n }, (at) => sorted[at])
    return points.map((point) => phaseAt(bounds, point))
  }

  it('is one for each, in the sizes asked for, whatever they are', () => {
    const size = fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 30 }) }),
    )
    fc.assert(
      fc.property(fc.array(size, { maxLength: 3 }), fc.nat(100), fc.nat(1000), (sizes, n, rollout) => {
        const plan = planOf({ phases: sizes.map((each) => ({ size: each })) })
        const phases = drawn(rollout, plan, n)
        let left = n
        sizes.forEach((each, i) => {
          const wanted = 'count' in each ? each.count : Math.ceil((n * each.percent) / 100)
          expect(phases.filter((phase) => phase === i)).toHaveLength(Math.min(wanted, left))
          left -= Math.min(wanted, left)
        })
        expect(phases.filter((phase) => phase === sizes.length)).toHaveLength(left)
      }),
    )
  })

  it('is not always the same: each rollout has its own first ones', () => {
    const plan = planOf({ phases: [{ size: { count: 10 } }] })
    const firsts = [1, 2, 3].map((rollout) =>
      drawn(rollout, plan, 1000).flatMap((phase, i) => (phase === 0 ? [i] : [])),
    )
    expect(new Set(firsts.flat()).size).toBeGreaterThan(25)
  })
})
