import { memoryStore, memoryUnitStore, type Store, type UnitStore } from '@windlass/fleet/fakes'
import type { Files } from '@windlass/platform'
import {
  type DeviceOrder,
  deviceRequest,
  type FleetOrder,
  isDeviceOrder,
  type UnitOrder,
} from './device/device-orders.ts'
import { pollEveryMs, pollJitterMs } from './device/layout.ts'
import { loneDevice } from './device/lone-device.ts'
import type { SimDevice } from './device/sim-device.ts'
import type { Call } from './device/triggers.ts'
import { FleetUnits } from './fleet/fleet-units.ts'
import { SimFleet } from './fleet/sim-fleet.ts'
import type { Violation } from './invariants/all.ts'
import { checkCounters } from './invariants/counters.ts'
import { checkMemoryBounded } from './invariants/memory-bounded.ts'
import { checkOutcomesTold } from './invariants/outcomes-told.ts'
import { checkServerKnows } from './invariants/server-knows.ts'
import { idsKnown, type ServerWorld } from './invariants/server-world.ts'
import { checkUnit, checkUnitArrived, unitHasArrived } from './invariants/unit-whole.ts'
import { checkArrived, hasArrived } from './invariants/updatable.ts'
import { Watch } from './invariants/watch.ts'
import type { Fault, Order, Scenario } from './scenario.ts'
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
  calls: readonly Call[]
  /** The same of each node of the first unit. */
  nodeCalls: readonly (readonly Call[])[]
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

const minute = 60_000
const hour = 60 * minute
/** A poll, its jitter, and the time that a restart and the update of that moment take. */
const onePollMs = pollEveryMs + pollJitterMs + 15 * minute
const lastReleaseMs = 12 * hour
const unitRestMs = 6 * hour
const countersEveryMs = 6 * hour
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

interface StageWorld extends ServerWorld {
  units: readonly SimUnit[]
  clock: WorldClock
  chronicle: Chronicle
}

/** Brings orders and faults in at their time, then peace, then the last release. */
class Stage {
  readonly #scenario: Scenario
  readonly #world: StageWorld
  /** The number of each rollout that was ordered. */
  readonly #rollouts: (number | undefined)[] = []
  #orderers: Promise<void> = Promise.resolve()
  #atPeace = false
  /** Devices and nodes of units, by number. */
  readonly #devices: ReadonlyMap<number, SimDevice>

  constructor(scenario: Scenario, world: StageWorld) {
    this.#scenario = scenario
    this.#world = world
    const all = [...world.devices, ...world.units.flatMap((unit) => unit.devices)]
    this.#devices = new Map(all.map((device) => [device.number, device]))
  }

  async play(): Promise<void> {
    const { clock, devices, units, fleet, watch } = this.#world
    const { orders, faults, chaosMs } = this.#scenario
    for (const device of devices) device.powerOn(1_000 * device.number)
    for (const unit of units) {
      await fleet.units.add(unit.name, unit.releases)
      unit.powerOn()
    }
    for (const fault of faults) clock.in(fault.at, () => this.#strike(fault))
    for (const order of orders) clock.in(order.at, () => this.#obey(order))
    for (let at = countersEveryMs; at < chaosMs; at += countersEveryMs)
      clock.in(at, () => this.#check(() => checkCounters(this.#world)))
    await this.#until(chaosMs)
    this.#atPeace = true
    this.#world.chronicle.add('world', 'peace')
    fleet.heal()
    for (const device of this.#devices.values()) device.heal()
    await this.#until(clock.now + onePollMs)
    await this.#now(() => checkServerKnows(this.#world))
    if (units.length > 0) await this.#until(clock.now + unitRestMs, () => units.every((unit) => unit.isAtRest))
    for (const unit of units) await this.#now(() => checkUnit(unit, this.#world))
    await this.#lastRelease()
    await this.#now(() => checkServerKnows(this.#world))
    await this.#now(() => checkOutcomesTold(this.#world))
    await this.#now(() => checkCounters(this.#world))
    await this.#now(() => checkMemoryBounded(this.#world))
    for (const { name } of this.#devices.values()) watch.broken('rot-noticed', { name }, watch.rotten.believed(name))
    for (const unit of units) await this.#now(() => checkUnit(unit, this.#world))
  }

  async #lastRelease(): Promise<void> {
    const { clock, catalogue, devices, units, watch } = this.#world
    const last = catalogue.releases.length
    const version = catalogue.releases.at(-1)?.version
    this.#obey({ at: clock.now, do: 'rollout', release: last, to: 'all' })
    for (const unit of units)
      this.#obey({ at: clock.now, do: 'release', unit: unit.number, release: unit.releases.releases.length })
    const unitsThere = () => units.every((unit) => unitHasArrived(unit))
    const all = () => devices.every((device) => hasArrived(device, version)) && unitsThere()
    await this.#until(clock.now + lastReleaseMs, all)
    checkArrived(devices, version, watch)
    for (const unit of units) checkUnitArrived(unit, watch)
    await this.#until(clock.now + onePollMs)
  }

  async #until(end: number, done: () => boolean = () => false): Promise<void> {
    const { clock, watch } = this.#world
    await clock.run(end, () => watch.violation !== undefined || done())
  }

  /** A check while the world stands still. */
  async #now(check: () => Promise<void>): Promise<void> {
    if (this.#world.watch.violation) return
    await check()
  }

  #check(check: () => Promise<void>): void {
    void this.#world.clock.during(check())
  }

  #strike(fault: Fault): void {
    const { fleet, chronicle, watch } = this.#world
    watch.counted(`planned: ${fault.kind}${fault.kind === 'link' ? ` ${fault.how}` : ''}`)
    if (fault.kind === 'fleet-killed' || fault.kind === 'fleet-store-error') return fleet.trouble(fault)
    if (fault.kind === 'fleet-clock') {
      fleet.wall.ahead += fault.byMs
      return chronicle.add('fleet', `clock jumps by ${Math.round(fault.byMs / 1000)} s`)
    }
    this.#devices.get(fault.device)?.suffer(fault)
  }

  #obey(order: Order): void {
    const { clock } = this.#world
    if (isDeviceOrder(order)) void this.#onDevice(order)
    else if (order.do === 'release') this.#orderers = this.#orderers.then(() => clock.during(this.#setRelease(order)))
    else this.#orderers = this.#orderers.then(() => clock.during(this.#do(order)))
  }

  /** Somebody beside a device asks its agent; when it is busy or not there, he comes again. */
  async #onDevice(order: DeviceOrder): Promise<void> {
    const { clock, chronicle, devices, catalogue, watch, fleet } = this.#world
    const device = devices[order.device]
    if (!device) return
    const release = order.do === 'abort' ? undefined : catalogue.releases[order.release - 1]
    if (release) {
      await clock.during(fleet.publish(release))
      // Whoever names a file means it, whatever became of it before.
      watch.takenBack.allow(device.name, release.kept.uid)
    }
    const [path, body] = deviceRequest(order, release, device)
    const status = (await device.api.ask('POST', path, body))?.status
    chronicle.add(device.name, `${JSON.stringify({ ...order, at: undefined })} answered ${status ?? 'nothing'}`)
    if (status === 200 || this.#atPeace) return
    if (order.do !== 'abort') clock.in(5 * minute, () => this.#obey(order))
    else if ((order.tries ?? 1) > 1) clock.in(3_000, () => this.#obey({ ...order, tries: (order.tries ?? 1) - 1 }))
  }

  async #setRelease(order: UnitOrder): Promise<void> {
    const { fleet, units, watch, chronicle, clock } = this.#world
    const unit = units[order.unit]
    const release = unit?.releases.release(order.release)
    if (!unit || !release) return
    await fleet.units.publish(release, unit.releases)
    const made = await fleet.operator('POST', '/releases', release.order)
    const { id } = (made?.json ?? {}) as { id?: number }
    const set =
      made?.status === 201 ? await fleet.operator('PUT', `/units/${unit.name}/release`, { release: id }) : made
    chronicle.add(
      'world',
      `${unit.name} is to be release ${order.release}, ${release.kind}: ${set?.status ?? 'no answer'}`,
    )
    // Where the answer was lost it may have been written down all the same: he says it once more.
    if (set?.status === 200) watch.units.of(unit).ordered.push(order.release)
    else clock.in(5 * minute, () => this.#obey(order))
  }

  async #do(order: FleetOrder): Promise<void> {
    const { fleet, clock, chronicle, devices, catalogue, watch } = this.#world
    const ids = await idsKnown(fleet)
    const idOf = (number: number) => ids.get(devices[number]?.name ?? '')
    const [path, body] = this.#request(order, idOf)
    const answer = path === undefined ? { status: 0, json: undefined } : await this.#ask(order, path, body)
    chronicle.add('world', `${JSON.stringify({ ...order, at: undefined })} answered ${answer?.status ?? 'nothing'}`)
    if (!answer) return void clock.in(5 * minute, () => this.#obey(order))
    if (order.do === 'rollout') {
      const id = answer.status === 201 ? (answer.json as { id: number }).id : undefined
      this.#rollouts.push(id)
    }
    // Where the answer was lost it may have been written down all the same, and somebody did say so.
    if (order.do !== 'retry' || (answer.status !== 200 && answer.status < 500)) return
    const device = devices[order.device]
    if (device) watch.takenBack.allow(device.name, catalogue.releases[order.release - 1]?.kept.uid ?? '')
  }

  async #ask(order: FleetOrder, path: string, body: object) {
    const { fleet, catalogue } = this.#world
    const release = order.do === 'rollout' ? catalogue.releases[order.release - 1] : undefined
    if (release) await fleet.publish(release)
    return fleet.operator('POST', path, body)
  }

  #request(order: FleetOrder, idOf: (device: number) => string | undefined): [path: string | undefined, body: object] {
    const release = 'release' in order ? this.#world.catalogue.releases[order.release - 1] : undefined
    const uid = release?.kept.uid ?? ''
    switch (order.do) {
      case 'rollout': {
        const to =
          order.to === 'all' ? { product: release?.kept.product } : { devices: order.to.flatMap((n) => idOf(n) ?? []) }
        return ['devices' in to && to.devices.length === 0 ? undefined : '/rollouts', { package: uid, to }]
      }
      case 'stop': {
        const id = this.#rollouts[order.rollout]
        return [id === undefined ? undefined : `/rollouts/${id}/stop`, {}]
      }
      case 'retry': {
        const id = idOf(order.device)
        return [id === undefined ? undefined : `/devices/${id}/retry`, { package: uid }]
      }
    }
  }
}
