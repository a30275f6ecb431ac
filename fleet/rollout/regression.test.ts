import { SeededRandom } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { type Evidence, harmText, isHarmful, noEvidence, weighed, winnings } from './regression.ts'

/** A rollout of 300 devices, looked at 60 times; each device has trouble with these chances between two looks. */
function alarmAt(random: SeededRandom, chance: { updated: number; others: number }): number | undefined {
  const devices = Array.from({ length: 300 }, () => ({ updated: false, troubled: false }))
  let evidence: Evidence = noEvidence(0)
  for (let look = 1; look <= 60; look++) {
    for (const device of devices) if (random.next() < 0.02) device.updated = true
    const events = { updated: 0, others: 0 }
    for (const device of devices) {
      const side = device.updated ? 'updated' : 'others'
      if (device.troubled || random.next() >= chance[side]) continue
      device.troubled = true
      events[side] += 1
    }
    // As the fleet counts them: who had trouble stays on the side where he had it.
    const fine = (updated: boolean) => devices.filter((d) => !d.troubled && d.updated === updated).length
    const all = {
      updated: fine(true) + events.updated + evidence.updated,
      others: fine(false) + events.others + evidence.others,
    }
    evidence = weighed(evidence, events, all, look)
    if (isHarmful(evidence, 1)) return look
  }
  return undefined
}

const alarms = (runs: number, chance: { updated: number; others: number }) => {
  const random = new SeededRandom(7)
  return Array.from({ length: runs }, () => alarmAt(random, chance)).filter((look) => look !== undefined)
}

describe('harm', () => {
  it('is seen in at most 1 % of rollouts that do none, looked at again and again', () => {
    // 1000 runs at exactly 1 % would give 20 or more in fewer than 1 of 200 tries.
    expect(alarms(1000, { updated: 0.004, others: 0.004 }).length).toBeLessThan(20)
  })

  it('is seen where updated devices are in trouble five times as often, and soon', () => {
    const seen = alarms(200, { updated: 0.02, others: 0.004 }).toSorted((x, y) => x - y)
    expect(seen.length).toBeGreaterThan(190)
    expect(seen[Math.floor(seen.length / 2)]).toBeLessThan(40)
  })

  it('is never seen in devices that fare better, nor without somebody to compare with', () => {
    expect(alarms(300, { updated: 0.001, others: 0.01 })).toEqual([])
    const alone = weighed(noEvidence(5), { updated: 50, others: 0 }, { updated: 50, others: 0 }, 9)
    expect([winnings(alone), alone.updated, alone.upTo]).toEqual([1, 50, 9])
  })

  it('is told with its numbers', () => {
    const all = { updated: 40, others: 400 }
    const evidence = weighed(noEvidence(0), { updated: 6, others: 1 }, all, 9)
    expect(isHarmful(evidence, 1)).toBe(true)
    expect(harmText(evidence, all, 1)).toBe(
      '6 of 40 updated devices and 1 of 400 others restarted without an update, or failed at something else; ' +
        'an update that does no harm is stopped like this in 1 % of rollouts at most',
    )
  })
})
