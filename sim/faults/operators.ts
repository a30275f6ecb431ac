import {
  type DeviceOrder,
  deviceRequest,
  type FleetOrder,
  isDeviceOrder,
  type UnitOrder,
} from './device/device-orders.ts'
import { idsKnown, type ServerWorld } from './invariants/server-world.ts'
import type { Order } from './scenario.ts'
import type { SimUnit } from './unit/sim-unit.ts'
import type { Chronicle } from './world/chronicle.ts'
import type { WorldClock } from './world/world-clock.ts'

const minute = 60_000

export interface StageWorld extends ServerWorld {
  units: readonly SimUnit[]
  clock: WorldClock
  chronicle: Chronicle
}

/** The people of a world: they order, and ask again where nobody answers. */
export class Operators {
  readonly #world: StageWorld
  /** The number of each rollout that was ordered. */
  readonly #rollouts: (number | undefined)[] = []
  #orderers: Promise<void> = Promise.resolve()
  #isTired = false

  constructor(world: StageWorld) {
    this.#world = world
  }

  /** From now on nobody beside a device asks twice. */
  tireOfAsking(): void {
    this.#isTired = true
  }

  obey(order: Order): void {
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
    if (status === 200 || this.#isTired) return
    if (order.do !== 'abort') clock.in(5 * minute, () => this.obey(order))
    else if ((order.tries ?? 1) > 1) clock.in(3_000, () => this.obey({ ...order, tries: (order.tries ?? 1) - 1 }))
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
    else clock.in(5 * minute, () => this.obey(order))
  }

  async #do(order: FleetOrder): Promise<void> {
    const { fleet, clock, chronicle, devices, catalogue, watch } = this.#world
    const ids = await idsKnown(fleet)
    const idOf = (number: number) => ids.get(devices[number]?.name ?? '')
    const [path, body] = this.#request(order, idOf)
    const answer = path === undefined ? { status: 0, json: undefined } : await this.#ask(order, path, body)
    chronicle.add('world', `${JSON.stringify({ ...order, at: undefined })} answered ${answer?.status ?? 'nothing'}`)
    if (!answer) return void clock.in(5 * minute, () => this.obey(order))
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
