import { beforeAll, describe, expect, it } from 'vitest'
import { slotDevice } from './device/layout.ts'
import { drawScenario } from './draw-scenario.ts'
import { type Meddling, type Played, play } from './play.ts'
import type { Scenario } from './scenario.ts'
import { storyText } from './screen.ts'
import { shrink } from './shrink.ts'
import { image, slotParts } from './world/catalogue.ts'
import { type KeyRing, newKeyRing } from './world/key-ring.ts'

let keys: KeyRing
beforeAll(async () => {
  keys = await newKeyRing()
})

/** A planted defect: behind a captive portal a part of the running set is overwritten, which the next start shows. */
const portalDefect: Meddling = {
  devices: (devices, clock) => {
    const look = () => {
      for (const { link, running, disk } of devices) {
        if (link.trouble !== 'portal' || !running) continue
        disk.addDevice(slotDevice(running.set, 'root'), slotParts.root, image('another', 'root'))
      }
      clock.in(60_000, look)
    }
    look()
  },
}

describe('a story that breaks an invariant', () => {
  it('is shortened to what matters: of some fifty faults a portal and a restart are left', async () => {
    const meddled = (scenario: Scenario): Promise<Played> => play(scenario, keys, portalDefect)
    const scenario = drawScenario(3, { devices: 3, days: 2 })
    const broken = await meddled(scenario)
    expect(broken.violation?.invariant).toBe('no-mix')
    const shorter = await shrink(broken, meddled)
    const { devices, faults, orders } = shorter.scenario
    expect(scenario.faults.length).toBeGreaterThan(40)
    expect({ devices, orders }).toEqual({ devices: 1, orders: [] })
    expect(faults.length).toBeLessThanOrEqual(3)
    expect(faults).toContainEqual(expect.objectContaining({ kind: 'link', how: 'portal' }))
    // Told with its seed, so that anybody can have it again.
    const told = storyText(3, shorter, 'windlass simulate --seed 3')
    expect(told).toMatch(/^seed 3: dev\d: set [ab] holds no whole version/)
    expect(told).toContain(JSON.stringify(shorter.scenario))
    expect((await meddled(shorter.scenario)).violation).toEqual(shorter.violation)
  }, 120_000)
})
