import type { Store } from '@windlass/fleet/fakes'
import type { Files } from '@windlass/platform'
import { generateKeys } from '@windlass/trust'
import { beforeAll, describe, expect, it } from 'vitest'
import { slotDevice } from '../device/layout.ts'
import { type Meddling, type Played, play } from '../play.ts'
import type { ReleaseKind, Scenario } from '../scenario.ts'
import { image, type KeyRing, type SlotPart, slotParts } from '../world/catalogue.ts'
import { type Invariant, invariants } from './watch.ts'

/*
 * Nobody believes a smoke detector that never rang: each invariant is broken here in one way at least.
 */

let keys: KeyRing
beforeAll(async () => {
  keys = { ours: await generateKeys(2048), theirs: await generateKeys(2048) }
})

const hour = 3_600_000

function calm(release: ReleaseKind, more: Partial<Scenario> = {}): Scenario {
  const orders = [{ at: 1_000, do: 'rollout', release: 1, to: 'all' }] as const
  return { seed: 1, devices: 2, chaosMs: 5 * hour, releases: [release], orders, faults: [], ...more }
}

/** Two hours on, parts of a slot hold another version. */
const replaces = (set: 'a' | 'b', version: string, parts: readonly SlotPart[]): Meddling => ({
  devices: ([device], clock) => {
    clock.in(2 * hour, () => {
      for (const part of parts) device?.disk.addDevice(slotDevice(set, part), slotParts[part], image(version, part))
    })
  },
})

const forgetful = (name: string): Meddling => ({
  files: (_device, files): Files => ({
    ...files,
    replace: (path, content) => (path.endsWith(name) ? Promise.resolve() : files.replace(path, content)),
  }),
})

const lying = (change: (store: Store) => Partial<Store>): Meddling => ({
  store: (store) => ({ ...store, ...change(store) }),
})

interface Breach {
  invariant: Invariant
  how: string
  scenario: Scenario
  meddling: Meddling
}

const reboot = { at: 3 * hour, device: 0, kind: 'power-cut', during: 'always', after: 1, offMs: 1_000 } as const

const breaches: readonly Breach[] = [
  {
    invariant: 'boots',
    how: 'the boot loader is made to choose the spare set before it is written',
    scenario: calm('good'),
    meddling: {
      devices: ([device], clock) => {
        const record = JSON.stringify({ active: 'b', onTrial: true, starts: 0 })
        clock.in(500, () => device?.disk.put('/boot/slots.json', record))
      },
    },
  },
  {
    invariant: 'boots',
    how: 'both kernels panic',
    scenario: calm('panics', { faults: [reboot] }),
    meddling: replaces('a', 'r1', ['boot', 'root']),
  },
  {
    invariant: 'no-mix',
    how: 'one part of the running set is of another version',
    scenario: calm('good', { faults: [reboot] }),
    meddling: replaces('b', 'factory', ['root']),
  },
  {
    invariant: 'verified',
    how: 'the device has lost its key and checks nothing',
    scenario: calm('unsigned'),
    meddling: {
      files: (_device, files) => ({
        ...files,
        facts: async (path) => (path.endsWith('key.pub') ? undefined : files.facts(path)),
      }),
    },
  },
  {
    invariant: 'not-retried',
    how: 'neither the device nor the fleet remembers what was taken back',
    scenario: calm('sick'),
    meddling: {
      ...forgetful('refused.json'),
      ...lying((store) => ({
        observe: (sight, uid, conclude) => store.observe(sight, uid, (heard) => conclude({ ...heard, attempts: [] })),
      })),
    },
  },
  {
    invariant: 'disk-bounded',
    how: 'something fills the folder of the agent',
    scenario: calm('good'),
    meddling: {
      devices: ([device], clock) => {
        clock.in(hour / 2, () => device?.disk.put('/data/download/junk', new Uint8Array(200_000)))
      },
    },
  },
  {
    invariant: 'counters',
    how: 'the store counts one too many',
    scenario: calm('good'),
    meddling: lying((store) => ({
      async counts(ids) {
        const counts = await store.counts(ids)
        return new Map([...counts].map(([id, count]) => [id, { ...count, updated: count.updated + 1 }]))
      },
    })),
  },
  {
    invariant: 'server-knows',
    how: 'the fleet writes down what a device ran at first, for ever',
    scenario: calm('good'),
    meddling: lying((store) => ({
      observe: (sight, uid, conclude) =>
        store.observe({ ...sight, facts: { ...sight.facts, version: 'factory' } }, uid, conclude),
    })),
  },
  {
    invariant: 'outcomes-told',
    how: 'the fleet drops every report of an error',
    scenario: calm('sick'),
    meddling: lying((store) => ({
      observe: (sight, uid, conclude) =>
        store.observe(sight, uid, (heard) => {
          const conclusion = conclude(heard)
          const good = conclusion.attempts.filter(({ state }) => state !== 'failed' && state !== 'rolled_back')
          const said = conclusion.reports.filter(({ status }) => status !== 'error' && status !== 'rolled_back')
          return { ...conclusion, attempts: good, reports: said }
        }),
    })),
  },
  {
    invariant: 'updatable',
    how: 'the agent cannot write to the spare set any more',
    scenario: calm('good', { orders: [] }),
    meddling: {
      files: (_device, files) => ({
        ...files,
        open: (path, as) =>
          path.startsWith('/dev/') && as === 'update' ? Promise.reject(new Error('worn out')) : files.open(path, as),
      }),
    },
  },
]

const withoutPlace = ({ violation }: Played) => violation?.invariant

describe('an invariant that is broken on purpose is noticed', () => {
  it.each(breaches)('$invariant: $how', async ({ invariant, scenario, meddling }) => {
    expect(withoutPlace(await play(scenario, keys))).toBeUndefined()
    expect(withoutPlace(await play(scenario, keys, meddling))).toBe(invariant)
  })

  it('each of them', () => {
    expect(new Set(breaches.map(({ invariant }) => invariant))).toEqual(new Set(Object.keys(invariants)))
  })
})
