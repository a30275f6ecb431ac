import { beforeAll, describe, expect, it } from 'vitest'
import { drawScenario } from './draw-scenario.ts'
import { play } from './play.ts'
import type { Scenario } from './scenario.ts'
import { shrink } from './shrink.ts'
import { type KeyRing, newKeyRing } from './world/key-ring.ts'

let keys: KeyRing
beforeAll(async () => {
  keys = await newKeyRing()
})

const size = { devices: 3, days: 1 }

describe('a simulated world', () => {
  it.each([1, 2, 3, 4])('keeps all invariants, seed %i', async (seed) => {
    const { violation, story } = await play(drawScenario(seed, size), keys)
    expect(violation, story.join('\n')).toBeUndefined()
  })

  it('goes the same way each time, also with other keys', async () => {
    const others = await newKeyRing()
    const scenario = drawScenario(7, size)
    const [first, second] = [await play(scenario, keys), await play(scenario, others)]
    expect(second.digest).toBe(first.digest)
    expect(second.events).toBeGreaterThan(100)
    expect((await play(drawScenario(8, size), keys)).digest).not.toBe(first.digest)
  })

  it('is told shorter where it breaks', async () => {
    const scenario = drawScenario(9, size)
    const meddled = (one: Scenario) =>
      play(one, keys, { store: (store) => ({ ...store, counts: async () => new Map() }) })
    const broken = await meddled(scenario)
    expect(broken.violation?.invariant).toBe('counters')
    const shorter = await shrink(broken, meddled)
    expect(shorter.violation?.invariant).toBe('counters')
    expect(shorter.scenario).toMatchObject({ devices: 1, faults: [], orders: [] })
  })
})
