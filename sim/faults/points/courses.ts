import type { Scenario, UnitReleaseKind } from '../scenario.ts'

/** A story without accidents, every call of which is then made to fail once. */
export interface Course {
  name: string
  /** Whose calls: the agent's of device 0, the fleet's to its store, those of all programs of a unit's nodes. */
  of: 'agent' | 'fleet' | 'unit'
  story: Omit<Scenario, 'seed'>
  /** Calls before that moment are those of another course, and not made to fail here. Default 0. */
  fromMs?: number
}

const minute = 60_000
const toAll = { do: 'rollout', release: 1, to: 'all' } as const
const calm = {
  devices: 1,
  chaosMs: 45 * minute,
  releases: ['good'],
  orders: [{ at: 1_000, ...toAll }],
  faults: [],
} as const
const slow = { at: 0, device: 0, kind: 'link', how: 'slow', forMs: 30 * minute } as const
// The world begins at 03:04:05, so that it is closed for a quarter of an hour.
const window = 'daily 03:20-03:04'

const agents: Readonly<Record<string, Partial<Scenario>>> = {
  'an update that is good': {},
  'an update that turns out sick': { releases: ['sick'] },
  'an update whose kernel does not come up': { releases: ['panics'] },
  'a package from a stick': { orders: [{ at: minute, do: 'install-file', device: 0, release: 1 }] },
  'a package from an address': { orders: [{ at: minute, do: 'install-url', device: 0, release: 1 }] },
  'a download that is aborted': {
    orders: [
      { at: 1_000, ...toAll },
      { at: minute, do: 'abort', device: 0, tries: 300 },
    ],
    faults: [slow],
  },
  'an update that waits for its window': { window },
  'one that is taken back while it waits': {
    window,
    orders: [
      { at: 1_000, ...toAll },
      { at: minute, do: 'abort', device: 0, tries: 250 },
    ],
  },
}

const rollouts: Omit<Scenario, 'seed'> = {
  ...calm,
  devices: 3,
  chaosMs: 4 * 60 * minute,
  releases: ['good', 'half-sick'],
  orders: [
    { at: 1_000, ...toAll },
    { at: 60 * minute, ...toAll, release: 2 },
    { at: 100 * minute, do: 'retry', device: 1, release: 2 },
    { at: 200 * minute, do: 'stop', rollout: 1 },
  ],
}

const units: Readonly<Record<string, readonly UnitReleaseKind[]>> = {
  'a release for a unit that is good': ['good'],
  'a release for a unit that comes back from one node': ['good', 'firmware-sick'],
}

const unitCourse = (releases: readonly UnitReleaseKind[]): Omit<Scenario, 'seed'> => ({
  devices: 0,
  chaosMs: releases.length * 60 * minute,
  releases: [],
  units: [{ nodes: 2, releases }],
  orders: releases.map((_, index) => ({
    at: minute + index * 30 * minute,
    do: 'release',
    unit: 0,
    release: index + 1,
  })),
  faults: [],
})

export const courses: readonly Course[] = [
  ...Object.entries(agents).map(([name, more]): Course => ({ name, of: 'agent', story: { ...calm, ...more } })),
  { name: 'two rollouts to three devices', of: 'fleet', story: rollouts },
  ...Object.entries(units).map(([name, kinds]): Course => {
    const story = unitCourse(kinds)
    // Up to the last release all of them are alike.
    return { name, of: 'unit', story, ...(kinds.length > 1 && { fromMs: story.orders.at(-1)?.at ?? 0 }) }
  }),
]
