import type { InvariantName } from './invariants/all.ts'
import type { Played } from './play.ts'
import { type Fault, nodeNumber, type Order, type Scenario } from './scenario.ts'

const mostRuns = 250
const firstNode = nodeNumber(0, 0)

/**
 * Looks for a shorter story that breaks the same invariant, by leaving out faults, orders and devices and playing it
 * again, at most 250 times.
 */
export async function shrink(broken: Played, replay: (scenario: Scenario) => Promise<Played>): Promise<Played> {
  const invariant = broken.violation?.invariant
  if (!invariant) return broken
  const search = new Search(broken, invariant, replay)
  await search.alone(broken.violation?.device ?? '')
  for (let before = Infinity; search.size < before; ) {
    before = search.size
    await search.withoutUnits()
    await search.withoutDevices()
    await search.without('faults')
    await search.without('orders')
  }
  return search.best
}

class Search {
  best: Played
  #runs = 0
  readonly #invariant: InvariantName
  readonly #replay: (scenario: Scenario) => Promise<Played>

  constructor(first: Played, invariant: InvariantName, replay: (scenario: Scenario) => Promise<Played>) {
    this.best = first
    this.#invariant = invariant
    this.#replay = replay
  }

  get size(): number {
    const { devices, units = [], faults, orders } = this.best.scenario
    return devices + units.length + faults.length + orders.length
  }

  /** Pieces of the list go, half of it first, then ever smaller ones. */
  async without(list: 'faults' | 'orders'): Promise<void> {
    for (let piece = Math.ceil(this.best.scenario[list].length / 2); piece >= 1; piece = Math.floor(piece / 2)) {
      for (let at = 0; at < this.best.scenario[list].length; ) {
        const shorter = this.best.scenario[list].toSpliced(at, piece)
        if (!(await this.#still({ ...this.best.scenario, [list]: shorter }))) at += piece
      }
    }
  }

  /** Only the device that this is about; it becomes number 0. */
  async alone(name: string): Promise<void> {
    const number = /^dev(\d+)$/.exec(name)?.[1]
    if (number !== undefined) await this.#still(onlyDevice(this.best.scenario, Number(number)))
  }

  /** From the last one on, so that the others keep their numbers. */
  async withoutDevices(): Promise<void> {
    const least = this.best.scenario.units?.length ? 0 : 1
    for (let left = this.best.scenario.devices - 1; left >= least; left--) {
      if (!(await this.#still(fewerDevices(this.best.scenario, left)))) return
    }
  }

  /** The last ones of them, or all. */
  async withoutUnits(): Promise<void> {
    for (let left = (this.best.scenario.units?.length ?? 0) - 1; left >= 0; left--) {
      if (!(await this.#still(fewerUnits(this.best.scenario, left)))) return
    }
  }

  async #still(scenario: Scenario): Promise<boolean> {
    if (this.#runs >= mostRuns) return false
    this.#runs += 1
    const played = await this.#replay(scenario)
    if (played.violation?.invariant !== this.#invariant) return false
    this.best = played
    return true
  }
}

function onlyDevice(scenario: Scenario, number: number): Scenario {
  const alone = fewerUnits(scenario, 0)
  const mine = {
    ...alone,
    faults: alone.faults
      .filter((fault) => !('device' in fault) || fault.device === number)
      .map((fault) => ('device' in fault ? { ...fault, device: 0 } : fault)),
    orders: alone.orders.flatMap((order): Order[] => {
      if (order.do === 'release') return []
      if ('device' in order) return order.device === number ? [{ ...order, device: 0 }] : []
      if (order.do !== 'rollout' || order.to === 'all') return [order]
      return [{ ...order, to: order.to.includes(number) ? [0] : [] }]
    }),
  }
  return fewerDevices(mine, 1)
}

function fewerDevices(scenario: Scenario, devices: number): Scenario {
  return {
    ...scenario,
    devices,
    faults: scenario.faults.filter(
      (fault: Fault) => !('device' in fault) || fault.device < devices || fault.device >= firstNode,
    ),
    orders: scenario.orders.flatMap((order: Order): Order[] => {
      if (order.do === 'release') return [order]
      if ('device' in order) return order.device < devices ? [order] : []
      if (order.do !== 'rollout' || order.to === 'all') return [order]
      return [{ ...order, to: order.to.filter((device) => device < devices) }]
    }),
  }
}

function fewerUnits({ units = [], ...scenario }: Scenario, count: number): Scenario {
  return {
    ...scenario,
    ...(count > 0 && { units: units.slice(0, count) }),
    faults: scenario.faults.filter((fault) => !('device' in fault) || fault.device < nodeNumber(count, 0)),
    orders: scenario.orders.filter((order) => order.do !== 'release' || order.unit < count),
  }
}
