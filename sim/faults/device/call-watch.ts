import { notSpare } from '../invariants/boots.ts'
import { nextToBoot, slotOf } from './layout.ts'
import type { DeviceWorld } from './role.ts'
import type { SimDevice } from './sim-device.ts'
import { type Call, type Heard, Triggers, type Waiting } from './triggers.ts'

/** Hears every call of a device's processes before it is made. */
export class CallWatch {
  /** All of them until faults stop. */
  readonly calls: Heard[] = []
  readonly #device: SimDevice
  readonly #world: DeviceWorld
  readonly #triggers = new Triggers()
  #healed = false
  #last = { by: '', ms: -1 }

  constructor(device: SimDevice, world: DeviceWorld) {
    this.#device = device
    this.#world = world
  }

  arm(fault: Waiting): void {
    this.#triggers.arm(fault)
  }

  /** No fault works any more. */
  heal(): void {
    this.#healed = true
    this.#triggers.clear()
  }

  /** What goes wrong with this call of a process; undefined for nothing. */
  hear(call: Call, by: string): Waiting | undefined {
    if (!this.#healed) this.#keep(call, by)
    if (call.to === 'disk') this.#checkDisk(call)
    const fault = this.#triggers.hit(call, this.#device.updating ? 'update' : 'always')
    if (!fault) return undefined
    this.#world.watch.counted(`struck: ${fault.kind}`)
    this.#world.chronicle.add(this.#device.name, `${fault.kind} at ${JSON.stringify(call)}`)
    if (fault.kind === 'bit-rot' && call.to === 'disk') this.#rot(call.path, fault.bits)
    return fault
  }

  #keep(call: Call, by: string): void {
    const { now: ms } = this.#world.clock
    this.calls.push({ call, ms, atOnce: this.#last.by === by && this.#last.ms === ms })
    this.#last = { by, ms }
  }

  /** What is being opened is not what was written any more. */
  #rot(path: string, bits: number): void {
    this.#device.disk.rot(path, bits)
    this.#world.watch.rotten.rotted(this.#device.name, path)
  }

  #checkDisk({ op, path }: Extract<Call, { to: 'disk' }>): void {
    const { watch } = this.#world
    if (op === 'rename') watch.renamed(this.#device, path)
    const set = op === 'write' ? slotOf(path) : undefined
    if (set === undefined) return
    watch.broken('boots', this.#device, notSpare(set, this.#device.running?.set, nextToBoot(this.#device.disk)))
  }
}
