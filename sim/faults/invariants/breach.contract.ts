import type { Store } from '@windlass/fleet/fakes'
import type { Files } from '@windlass/platform'
import { beforeAll, describe, expect, it } from 'vitest'
import { slotDevice } from '../device/layout.ts'
import { type Meddling, play } from '../play.ts'
import type { ReleaseKind, Scenario, UnitReleaseKind } from '../scenario.ts'
import { image, type SlotPart, slotParts } from '../world/catalogue.ts'
import { type KeyRing, newKeyRing } from '../world/key-ring.ts'
import type { InvariantName } from './all.ts'

/*
 * Nobody believes a smoke detector that never rang: each invariant is broken on purpose, in one way at least.
 */

export const hour = 3_600_000

/** One way to break an invariant: a story that goes well by itself, and what is done to it. */
export interface Breach {
  how: string
  scenario: Scenario
  meddling: Meddling
}

/** The story goes well; meddled with, it breaks this invariant and is noticed. */
export function testBreaches(invariant: InvariantName, breaches: readonly Breach[]): void {
  let keys: KeyRing
  beforeAll(async () => {
    keys = await newKeyRing()
  })
  describe(`it is noticed that "${invariant}" is broken when`, () => {
    it.each(breaches)(
      '$how',
      async ({ scenario, meddling }) => {
        expect((await play(scenario, keys)).violation).toBeUndefined()
        expect((await play(scenario, keys, meddling)).violation?.invariant).toBe(invariant)
      },
      60_000,
    )
  })
}

/** One release goes to two devices; nothing goes wrong. */
export function calm(release: ReleaseKind, more: Partial<Scenario> = {}): Scenario {
  const orders = [{ at: 1_000, do: 'rollout', release: 1, to: 'all' }] as const
  return { seed: 1, devices: 2, chaosMs: 5 * hour, releases: [release], orders, faults: [], ...more }
}

/** One release goes to a unit of three nodes; nothing goes wrong. */
export function calmUnit(release: UnitReleaseKind, more: Partial<Scenario> = {}): Scenario {
  const orders = [{ at: 60_000, do: 'release', unit: 0, release: 1 }] as const
  const units = [{ nodes: 3, releases: [release] }]
  return { seed: 1, devices: 0, chaosMs: 5 * hour, releases: [], units, orders, faults: [], ...more }
}

export const reboot = { at: 3 * hour, device: 0, kind: 'power-cut', during: 'always', after: 1, offMs: 1_000 } as const

/** Two hours on, parts of a slot hold another version. */
export function replaces(set: 'a' | 'b', version: string, parts: readonly SlotPart[]): Meddling {
  return {
    devices: ([device], clock) => {
      clock.in(2 * hour, () => {
        for (const part of parts) device?.disk.addDevice(slotDevice(set, part), slotParts[part], image(version, part))
      })
    },
  }
}

/** What is written to files of this name is lost. */
export function forgetful(name: string): Meddling {
  return {
    files: (_device, files): Files => ({
      ...files,
      replace: (path, content) => (path.endsWith(name) ? Promise.resolve() : files.replace(path, content)),
    }),
  }
}

export function lying(change: (store: Store) => Partial<Store>): Meddling {
  return { store: (store) => ({ ...store, ...change(store) }) }
}
