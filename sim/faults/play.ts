import { memoryStore, memoryUnitStore, type Store, type UnitStore } from '@windlass/fleet/fakes'
import type { Files } from '@windlass/platform'
import { loneDevice } from './device/lone-device.ts'
import type { SimDevice } from './device/sim-device.ts'
import type { Heard } from './device/triggers.ts'
import { FleetUnits } from './fleet/fleet-units.ts'
import { SimFleet } from './fleet/sim-fleet.ts'
import type { Violation } from './invariants/all.ts'
import { Watch } from './invariants/watch.ts'
import type { Scenario } from './scenario.ts'
import { Stage } from './stage.ts'
import { SimUnit } from './unit/sim-unit.ts'
import { UnitCatalogue } from './unit/unit-catalogue.ts'
import { Catalogue, makeRelease } from './world/catalogue.ts'
import { Chronicle } from './world/chronicle.ts'
import type { KeyRing } from './world/key-ring.ts'
import { WorldClock } from './world/world-clock.ts'

/** How a run ended. `digest` is over everything that happened; `worldMs` is how long the world lasted. */
export interface Played {
  scenario: Scenario
  violation: Violation | undefined
  digest: string
  events: number
  worldMs: number
  counts: ReadonlyMap<string, number>
  /** What the first device's agents called, and the fleet of its store, until faults stopped: crash points. */
  calls: readonly Heard[]
  /** The same of each node of the first unit. */
  nodeCalls: readonly (readonly Heard[])[]
  storeCalls: readonly string[]
  /** The last lines of what happened to the device that broke the invariant. */
  story: readonly string[]
}

/** Ways to break things on purpose: tests of the invariants use them. */
export interface Meddling {
  files?: (device: SimDevice, files: Files) => Files
  store?: (store: Store) => Store
  unitStore?: (store: UnitStore) => UnitStore
  devices?: (devices: readonly SimDevice[], clock: WorldClock) => void
  units?: (units: readonly SimUnit[], clock: WorldClock, fleet: SimFleet) => void
  /** How much of the story is kept; default the last 60 lines. */
  lines?: number
}

const storyLines = 60

/** Plays a story to its end, or to the first invariant that breaks. */
export async function play(scenario: Scenario, keys: KeyRing, meddling: Meddling = {}): Promise<Played> {
  const clock = new WorldClock()
  const chronicle = new Chronicle(() => clock.now)
  const kinds = [...scenario.releases, 'good' as const]
  const catalogue = new Catalogue(kinds.map((kind, index) => makeRelease(index + 1, kind, keys)))
  const watch = new Watch(catalogue, chronicle, () => clock.now)
  const store = memoryStore()
  const unitStore = memoryUnitStore()
  const fleetUnits = new FleetUnits(meddling.unitStore?.(unitStore) ?? unitStore)
  const fleetWorld = { clock, chronicle, catalogue, watch, authority: keys.authority }
  const fleet = new SimFleet(fleetWorld, meddling.store?.(store) ?? store, fleetUnits)
  const shared = { seed: scenario.seed, clock, chronicle, catalogue, fleet, watch }
  const { window } = scenario
  const world = { ...shared, publicKey: keys.ours.publicKey, meddle: meddling.files }
  const devices = Array.from({ length: scenario.devices }, (_, number) => loneDevice(number, world, fleet, window))
  const units = (scenario.units ?? []).map(({ nodes, releases: kinds }, number) => {
    const releases = new UnitCatalogue([...kinds, 'good'], nodes, keys)
    return new SimUnit(number, nodes, { ...world, releases })
  })
  const stage = new Stage(scenario, { ...shared, devices, units })
  meddling.devices?.(devices, clock)
  meddling.units?.(units, clock, fleet)
  await stage.play()
  // Whoever still waits for a signal is kept by Node, and the whole world with him.
  for (const one of [...devices, ...units]) one.switchOff()
  fleet.switchOff()
  return {
    scenario,
    violation: watch.violation,
    digest: chronicle.digest(),
    events: chronicle.count,
    worldMs: clock.now,
    counts: watch.counts,
    calls: devices[0]?.calls ?? [],
    nodeCalls: units[0]?.devices.map(({ calls }) => calls) ?? [],
    storeCalls: fleet.calls,
    story: chronicle.last(meddling.lines ?? storyLines, watch.violation?.device.replace(/^(u\d+)n\d+$/, '$1')),
  }
}
