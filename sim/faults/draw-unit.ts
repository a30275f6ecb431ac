import { drawDeviceFault } from './draw-device-fault.ts'
import { drawRot } from './draw-rot.ts'
import { type Fault, nodeNumber, type Order, type UnitReleaseKind, unitReleaseKinds } from './scenario.ts'
import { Dice } from './world/dice.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** Of each node and day. */
const faultsPerDay = 6
const ordersPerDay = 3

/** What happens to one unit: what it is to be, and what goes wrong on its nodes. */
export interface UnitCourse {
  releases: UnitReleaseKind[]
  orders: Order[]
  faults: Fault[]
}

/** The course that belongs to a seed and a unit of so many nodes. */
export function drawUnit(seed: number, unit: number, nodes: number, days: number): UnitCourse {
  const dice = new Dice(seed, 9_001 + unit)
  const chaosMs = days * day
  const count = Math.max(2, Math.round(days * ordersPerDay))
  const moments = Array.from({ length: count }, () => dice.whole(minute, chaosMs - hour)).sort((x, y) => x - y)
  let newest = 0
  const orders = moments.map((at): Order => {
    // Now and then one that it knows already, whether it is good or not.
    const again = newest > 0 && dice.happens(0.15)
    return { at, do: 'release', unit, release: again ? dice.whole(1, newest) : ++newest }
  })
  const releases = Array.from({ length: newest }, () => (dice.happens(0.45) ? 'good' : dice.one(unitReleaseKinds)))
  const near = () => (moments[dice.whole(0, moments.length - 1)] ?? 0) + dice.whole(0, dice.one([5 * minute, hour]))
  const faults = Array.from({ length: Math.round(nodes * days * faultsPerDay) }, (): Fault => {
    const at = Math.min(chaosMs - minute, dice.happens(0.75) ? near() : dice.whole(0, chaosMs))
    return { at, ...drawDeviceFault(dice, nodeNumber(unit, dice.whole(0, nodes - 1))) }
  })
  const numbers = Array.from({ length: nodes }, (_, node) => nodeNumber(unit, node))
  const rot = drawRot(new Dice(seed, 21_001 + unit), numbers, days)
  return { releases, orders, faults: [...faults, ...rot].sort((x, y) => x.at - y.at) }
}
