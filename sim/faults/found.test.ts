import { beforeAll, describe, expect, it } from 'vitest'
import { play } from './play.ts'
import { nodeNumber, type Scenario } from './scenario.ts'
import { type KeyRing, newKeyRing } from './world/key-ring.ts'

/*
 * Stories that broke an invariant once, shortened as far as they went (docs/reliability.md).
 */

let keys: KeyRing
beforeAll(async () => {
  keys = await newKeyRing()
})

const hour = 3_600_000
const toAll = { do: 'rollout', to: 'all' } as const
const update = { device: 0, during: 'update' } as const

const stories: readonly { what: string; scenario: Scenario }[] = [
  {
    what: 'seed 18: power goes while writing, then the agent dies after the switch: the old system is not taken for the new',
    scenario: {
      seed: 18,
      devices: 1,
      chaosMs: 72 * hour,
      releases: ['sick-later', 'sick', 'good', 'good', 'other-hardware', 'signed-by-another', 'other-hardware', 'good'],
      orders: [{ at: 57_602_570, release: 4, ...toAll }],
      faults: [
        { at: 46_698_526, ...update, kind: 'power-cut', after: 240, offMs: 22_936 },
        { at: 49_880_951, device: 0, kind: 'link', how: 'answers-lost', forMs: 45_261_878 },
        { at: 58_009_577, ...update, kind: 'power-cut', after: 2, offMs: 14_517_626 },
        { at: 59_952_982, ...update, kind: 'killed', after: 199 },
        { at: 98_557_291, ...update, kind: 'killed', after: 327 },
      ],
    },
  },
  {
    what: 'seed 38: power goes during a second update while a first one waits for its restart',
    scenario: {
      seed: 38,
      devices: 1,
      chaosMs: 6 * hour,
      releases: ['good', 'good'],
      orders: [
        { at: 1_000, release: 1, ...toAll },
        { at: hour / 2, release: 2, ...toAll },
      ],
      faults: [
        { at: 0, ...update, kind: 'program-error', how: 'fails', after: 3 },
        { at: hour / 2, ...update, kind: 'power-cut', after: 51, offMs: 59_871 },
      ],
    },
  },
  {
    what: 'seed 72: the record of the boot loader is renamed, its folder cannot be synced',
    scenario: {
      seed: 72,
      devices: 1,
      chaosMs: 72 * hour,
      releases: ['too-large', 'good', 'sick-later'],
      orders: [{ at: 86_975_546, do: 'rollout', release: 2, to: [0] }],
      faults: [{ at: 34_586_635, ...update, kind: 'disk-error', code: 'EIO', after: 175, times: 2 }],
    },
  },
  {
    what: 'seed 60: the disk of a node changes a blob that a service is fetched from, while it takes over for another node',
    scenario: {
      seed: 60,
      devices: 0,
      chaosMs: 48 * hour,
      releases: [],
      orders: [
        { at: 140_104_782, do: 'release', unit: 0, release: 4 },
        { at: 165_304_841, do: 'release', unit: 0, release: 6 },
      ],
      faults: [
        { at: 150_505_275, device: 102, kind: 'bit-rot', of: 'payload', bits: 8, during: 'always', after: 9 },
        { at: 151_177_592, device: 101, kind: 'power-cut', during: 'update', after: 33, offMs: 50_022 },
      ],
      units: [
        { nodes: 3, releases: ['blob-missing', 'good', 'service-crashes-on-half', 'good', 'good', 'firmware-changed'] },
      ],
    },
  },
  {
    what: 'seed 63: the disk of a node changes the record of what the unit ordered, while its firmware is on trial',
    scenario: {
      seed: 63,
      devices: 0,
      chaosMs: 48 * hour,
      releases: [],
      orders: [{ at: 26_672_214, do: 'release', unit: 0, release: 1 }],
      faults: [
        { at: 12_353_761, device: 101, kind: 'bit-rot', of: 'record', bits: 1, during: 'always', after: 2 },
        { at: 26_707_220, device: 101, kind: 'disk-full', forMs: 297_324 },
        { at: 26_760_378, device: 101, kind: 'power-cut', during: 'update', after: 227, offMs: 918_170 },
        { at: 26_933_932, device: 101, kind: 'disk-error', code: 'EIO', during: 'update', after: 149, times: 1 },
      ],
      units: [{ nodes: 3, releases: ['good', 'service-crashes-on-half', 'good', 'good'] }],
    },
  },
  {
    what: 'seed 60 again: the main node forgets what an item is, whose node then is away for a while',
    scenario: {
      seed: 60,
      devices: 0,
      chaosMs: 48 * hour,
      releases: [],
      orders: [
        { at: 61_870_301, do: 'release', unit: 0, release: 2 },
        { at: 97_000_867, do: 'release', unit: 0, release: 3 },
        { at: 165_304_841, do: 'release', unit: 0, release: 6 },
      ],
      faults: [
        { at: 120_615_097, device: 100, kind: 'bit-rot', of: 'payload', bits: 1, during: 'always', after: 5 },
        { at: 140_118_657, device: 102, kind: 'link', how: 'fails', forMs: 7_284_197 },
        { at: 151_177_592, device: 101, kind: 'power-cut', during: 'update', after: 33, offMs: 50_022 },
      ],
      units: [
        { nodes: 3, releases: ['blob-missing', 'good', 'service-crashes-on-half', 'good', 'good', 'firmware-changed'] },
      ],
    },
  },
  {
    what: 'seed 10: a failure is not heard, and another rollout follows',
    scenario: {
      seed: 10,
      devices: 1,
      chaosMs: 4 * hour,
      releases: ['other-hardware', 'good'],
      orders: [
        { at: 1_000, release: 1, ...toAll },
        { at: hour / 2, release: 2, ...toAll },
      ],
      faults: [{ at: 0, ...update, kind: 'request-error', how: 'refused', after: 1 }],
    },
  },
  {
    what: 'seed 1: a unit that cannot write its records while it downloads gives up, and the fleet waits for it',
    scenario: {
      seed: 1,
      devices: 0,
      chaosMs: 2 * hour,
      releases: [],
      units: [{ nodes: 2, releases: ['good'] }],
      orders: [{ at: 60_000, do: 'release', unit: 0, release: 1 }],
      faults: [
        {
          at: 50_000,
          device: nodeNumber(0, 0),
          kind: 'disk-error',
          code: 'ENOSPC',
          during: 'always',
          after: 7,
          times: 3,
        },
      ],
    },
  },
  {
    what: 'seed 213: a unit refuses a release that it took back before it became another, and the fleet waits for it',
    scenario: {
      seed: 213,
      devices: 0,
      chaosMs: 4 * hour,
      releases: [],
      units: [{ nodes: 2, releases: ['service-crashes', 'good'] }],
      orders: [1, 2, 1].map((release, n) => ({ at: 60_000 + n * hour, do: 'release', unit: 0, release })),
      faults: [],
    },
  },
  {
    what: 'seed 321: the callback in front of the restart fails, and hours later power goes: what was told as failed does not start',
    scenario: {
      seed: 321,
      devices: 1,
      chaosMs: 48 * hour,
      releases: ['sick-later', 'good', 'good', 'half-sick', 'good'],
      orders: [
        { at: 29_813_606, release: 1, ...toAll },
        { at: 80_457_591, release: 2, ...toAll },
      ],
      faults: [
        { at: 23_304_497, device: 0, kind: 'program-error', how: 'fails', during: 'always', after: 5 },
        { at: 31_825_959, ...update, kind: 'power-cut', after: 101, offMs: 3_892_230 },
        { at: 50_531_887, device: 0, kind: 'bit-rot', of: 'spare', bits: 1, during: 'always', after: 2 },
      ],
    },
  },
]

describe('what was found stays mended', () => {
  it.each(stories)('$what', async ({ scenario }) => {
    expect((await play(scenario, keys)).violation).toBeUndefined()
  })
})
