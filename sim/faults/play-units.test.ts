import { beforeAll, describe, expect, it } from 'vitest'
import { drawScenario } from './draw-scenario.ts'
import { play } from './play.ts'
import { unitReleaseKinds } from './scenario.ts'
import { type KeyRing, newKeyRing } from './world/key-ring.ts'

let keys: KeyRing
beforeAll(async () => {
  keys = await newKeyRing()
})

const size = { devices: 1, units: 1, nodes: 3, days: 1 }
const hour = 3_600_000
const calm = { seed: 1, devices: 0, releases: [], faults: [] }

describe('a simulated world with a unit', () => {
  it.each([1, 2, 3])('keeps all invariants, seed %i', async (seed) => {
    const { violation, story } = await play(drawScenario(seed, size), keys)
    expect(violation, story.join('\n')).toBeUndefined()
  })

  it('goes the same way each time, also with other keys', async () => {
    const scenario = drawScenario(4, size)
    const [first, second] = [await play(scenario, keys), await play(scenario, await newKeyRing())]
    expect(second.digest).toBe(first.digest)
    expect(second.events).toBeGreaterThan(200)
  }, 60_000)

  it.each(unitReleaseKinds)('ends where it should after a release that is %s', async (kind) => {
    const orders = [
      { at: 60_000, do: 'release', unit: 0, release: 1 },
      { at: 3 * hour, do: 'release', unit: 0, release: 2 },
    ] as const
    const units = [{ nodes: 3, releases: ['good', kind] }] as const
    const played = await play({ ...calm, chaosMs: 10 * hour, units, orders }, keys)
    expect(played.violation, played.story.join('\n')).toBeUndefined()
    // Those that prove themselves first cannot be told from good ones.
    const kept = kind === 'good' || kind === 'service-sick-later' ? 3 : 2
    expect(played.counts.get('unit updates kept')).toBe(kept)
  })
})
