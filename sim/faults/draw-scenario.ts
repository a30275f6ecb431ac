import { drawDeviceFault, drawJump } from './draw-device-fault.ts'
import { drawRot } from './draw-rot.ts'
import { drawUnit } from './draw-unit.ts'
import { type Fault, type Order, type ReleaseKind, releaseKinds, type Scenario } from './scenario.ts'
import { Dice } from './world/dice.ts'

export interface Size {
  devices: number
  days: number
  /** Default: none. */
  units?: number
  /** Of each unit; default 3. */
  nodes?: number
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** Of each device and day. */
const faultsPerDay = 8
const ordersPerDay = 3

/** The story that belongs to a seed. */
export function drawScenario(seed: number, size: Size): Scenario {
  const devices = drawDevices(seed, size)
  const { units = 0, nodes = 3, days } = size
  const drawn = Array.from({ length: units }, (_, unit) => drawUnit(seed, unit, nodes, days))
  return {
    ...devices,
    ...(units > 0 && { units: drawn.map(({ releases }) => ({ nodes, releases })) }),
    orders: [...devices.orders, ...drawn.flatMap(({ orders }) => orders)],
    faults: [...devices.faults, ...drawn.flatMap(({ faults }) => faults)],
  }
}

function drawDevices(seed: number, { devices, days }: Size): Scenario {
  const dice = new Dice(seed)
  const chaosMs = days * day
  const orders = drawOrders(dice, devices, chaosMs, Math.max(2, Math.round(days * ordersPerDay)))
  const releases = drawReleases(dice, orders)
  const faults = drawFaults(dice, devices, chaosMs, Math.round(devices * days * faultsPerDay), orders)
  const rot = drawRot(
    new Dice(seed, 20_001),
    Array.from({ length: devices }, (_, number) => number),
    days,
  )
  return { seed, devices, chaosMs, releases, orders, faults: [...faults, ...rot] }
}

function drawOrders(dice: Dice, devices: number, chaosMs: number, count: number): Order[] {
  const orders: Order[] = []
  let release = 0
  let rollout = 0
  const moments = Array.from({ length: count }, () => dice.whole(0, chaosMs - hour)).sort((x, y) => x - y)
  for (const at of moments) {
    const what = dice.random.next()
    if (release === 0 || what < 0.65) {
      // Now and then an older release once more.
      const again = release > 0 && dice.happens(0.1)
      const number = again ? dice.whole(1, release) : ++release
      orders.push({ at, do: 'rollout', release: number, to: drawTarget(dice, devices) })
      rollout += 1
    } else if (what < 0.8) orders.push({ at, do: 'stop', rollout: dice.whole(0, rollout - 1) })
    else orders.push({ at, do: 'retry', device: dice.whole(0, devices - 1), release: dice.whole(1, release) })
  }
  return orders
}

function drawTarget(dice: Dice, devices: number): 'all' | number[] {
  if (dice.happens(0.7)) return 'all'
  return Array.from({ length: devices }, (_, device) => device).filter(() => dice.happens(0.5))
}

function drawReleases(dice: Dice, orders: readonly Order[]): ReleaseKind[] {
  const count = Math.max(...orders.map((order) => ('release' in order ? order.release : 0)))
  return Array.from({ length: count }, () => (dice.happens(0.4) ? 'good' : dice.one(releaseKinds)))
}

function drawFaults(dice: Dice, devices: number, chaosMs: number, count: number, orders: readonly Order[]): Fault[] {
  const rollouts = orders.filter((order) => order.do === 'rollout').map(({ at }) => at)
  // Most come soon after a rollout began, when there is something to break.
  const moment = () => {
    const near = rollouts[dice.whole(0, rollouts.length - 1)] ?? 0
    return Math.min(chaosMs - minute, dice.happens(0.75) ? near + dice.whole(0, 2 * hour) : dice.whole(0, chaosMs))
  }
  const faults = Array.from({ length: count }, (): Fault => {
    const at = moment()
    if (dice.happens(0.06))
      return { at, kind: 'fleet-killed', after: dice.whole(1, 8), downMs: dice.whole(1_000, hour) }
    if (dice.happens(0.02)) return { at, kind: 'fleet-clock', byMs: drawJump(dice) }
    return { at, ...drawDeviceFault(dice, dice.whole(0, devices - 1)) }
  })
  return faults.sort((x, y) => x.at - y.at)
}
