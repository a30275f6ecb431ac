import { pollEveryMs, pollJitterMs } from './device/layout.ts'
import type { SimDevice } from './device/sim-device.ts'
import { checkCounters } from './invariants/counters.ts'
import { checkMemoryBounded } from './invariants/memory-bounded.ts'
import { checkOutcomesTold } from './invariants/outcomes-told.ts'
import { checkServerKnows } from './invariants/server-knows.ts'
import { checkUnit, checkUnitArrived, unitHasArrived } from './invariants/unit-whole.ts'
import { checkArrived, hasArrived } from './invariants/updatable.ts'
import { Operators, type StageWorld } from './operators.ts'
import type { Fault, Scenario } from './scenario.ts'

const minute = 60_000
const hour = 60 * minute
/** A poll, its jitter, and the time that a restart and the update of that moment take. */
const onePollMs = pollEveryMs + pollJitterMs + 15 * minute
const lastReleaseMs = 12 * hour
const unitRestMs = 6 * hour
const countersEveryMs = 6 * hour

/** Brings orders and faults in at their time, then peace, then the last release. */
export class Stage {
  readonly #scenario: Scenario
  readonly #world: StageWorld
  readonly #operators: Operators
  /** Devices and nodes of units, by number. */
  readonly #devices: ReadonlyMap<number, SimDevice>

  constructor(scenario: Scenario, world: StageWorld) {
    this.#scenario = scenario
    this.#world = world
    this.#operators = new Operators(world)
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
    for (const order of orders) clock.in(order.at, () => this.#operators.obey(order))
    for (let at = countersEveryMs; at < chaosMs; at += countersEveryMs)
      clock.in(at, () => this.#check(() => checkCounters(this.#world)))
    await this.#until(chaosMs)
    this.#operators.tireOfAsking()
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
    this.#operators.obey({ at: clock.now, do: 'rollout', release: last, to: 'all' })
    for (const unit of units)
      this.#operators.obey({ at: clock.now, do: 'release', unit: unit.number, release: unit.releases.releases.length })
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
}
