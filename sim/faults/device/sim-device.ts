import type { FakeFiles } from '@windlass/platform/fakes'
import type { DeviceFault } from '../scenario.ts'
import type { Release } from '../world/catalogue.ts'
import { Dice } from '../world/dice.ts'
import { CallWatch } from './call-watch.ts'
import type { DeviceApi } from './device-api.ts'
import { disturbLink, fillDisk } from './lasting-troubles.ts'
import { factoryDisk } from './layout.ts'
import { Link } from './link.ts'
import { Power, type Running } from './power.ts'
import type { DeviceParts, DeviceWorld, Role } from './role.ts'
import { Software } from './software.ts'
import { Sticks } from './sticks.ts'
import type { Heard } from './triggers.ts'

const idle: readonly string[] = ['entry_point', 'park', 'poll', 'probe']

/** A device: disk, boot loader and power are played, the agent is real. */
export class SimDevice {
  readonly number: number
  readonly name: string
  readonly disk: FakeFiles
  readonly link: Link
  readonly wall = { ahead: 0 }
  readonly #parts: DeviceParts
  readonly #calls: CallWatch
  readonly #sticks: Sticks
  readonly #software: Software
  readonly #power: Power

  /** `number`: no two devices of a world have the same. */
  constructor(number: number, world: DeviceWorld, role: Role) {
    this.number = number
    this.name = role.name
    const dice = new Dice(world.seed, 1 + number)
    this.#parts = { world, role, dice }
    const { factory: version, capacity } = role
    this.disk = factoryDisk({ seed: dice.whole(1, 2 ** 31), publicKey: world.publicKey, version, capacity })
    this.link = new Link(role.fars, new Dice(world.seed, 1_001 + number))
    this.#calls = new CallWatch(this, world)
    this.#sticks = new Sticks(this.disk)
    this.#software = new Software(this, this.#parts, this.#calls)
    this.#power = new Power(this, this.#parts, this.#software)
  }

  /** Every call of its processes until faults stop. */
  get calls(): readonly Heard[] {
    return this.#calls.calls
  }

  /** What the system runs; undefined while there is none. */
  get running(): Running | undefined {
    return this.#power.running
  }

  /** When the system came up, in the world's time. */
  get upSince(): number {
    return this.#power.upSince
  }

  /** The state that its agent was last in. */
  get state(): string {
    return this.#software.state
  }

  get updating(): boolean {
    return !idle.includes(this.state)
  }

  get api(): DeviceApi {
    return this.#software.api
  }

  /** What it keeps. */
  get usedBytes(): number {
    return this.disk.usedBytes - this.#sticks.bytes
  }

  powerOn(afterMs: number): void {
    this.#power.on(afterMs)
  }

  /** The power goes now, and comes back. */
  cutPower(offMs: number): void {
    this.#power.cut(offMs)
  }

  /** For good. */
  switchOff(): void {
    this.#power.off()
  }

  /** Puts the package of a release on a stick, as a file. @returns its path */
  plugIn(release: Release): string {
    return this.#sticks.plugIn(release)
  }

  suffer(fault: DeviceFault): void {
    const { role, world } = this.#parts
    if (fault.kind !== 'clock') this.#tell(`fault ${JSON.stringify({ ...fault, device: undefined })}`)
    switch (fault.kind) {
      case 'disk-full':
        return fillDisk(this.disk, world.clock, fault.forMs, role.capacity)
      case 'link':
        return disturbLink(this.link, world.clock, fault.forMs, fault.how)
      case 'clock':
        this.wall.ahead += fault.byMs
        return this.#tell(`clock jumps by ${Math.round(fault.byMs / 1000)} s`)
      case 'power-cut-in-boot-loader':
        return this.#power.cutInLoader(fault.afterChanges)
      case 'killed':
      case 'power-cut':
      case 'torn-write':
      case 'disk-error':
      case 'bit-rot':
      case 'program-error':
      case 'request-error':
        this.#calls.arm(fault)
    }
  }

  /** No fault works any more; a device without power gets it back soon. */
  heal(): void {
    this.#calls.heal()
    this.link.trouble = undefined
    this.disk.capacity = this.#parts.role.capacity
    this.#power.heal()
  }

  #tell(what: string): void {
    this.#parts.world.chronicle.add(this.name, what)
  }
}
