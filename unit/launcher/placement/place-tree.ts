import { amountOn, type Demand } from './demand.ts'
import { cpuFits, type NodeRoom, type Place, ramFits } from './node-room.ts'

/** What is the most that any place below offers. A bound of one place is what it offers. */
interface Bound {
  priority: number
  cpu: number
  ram: number
  bits: bigint
  /** Position of the leftmost place below: the tie-breaker. */
  first: number
}

/** What a search looks for. `least`: as if it were placed where it takes least. */
interface Wanted {
  demand: Demand
  bits: bigint
  least: { cpu: number; ram: number }
}

const empty: Readonly<Bound> = { priority: -Infinity, cpu: -Infinity, ram: -Infinity, bits: 0n, first: Infinity }

/**
 * Finds the best place: highest node priority, most free CPU, most free memory, then by node id and runtime type
 * (aoscore.md 5.3). A binary tree whose every node bounds what is below it, so that finding and updating take a path, not
 * a scan.
 */
export class PlaceTree {
  readonly #places: readonly Place[]
  readonly #leaves: number
  readonly #bounds: Bound[]
  readonly #positions: ReadonlyMap<Place, number>
  readonly #leastRatio: { cpu: number; ram: number }
  readonly #bitsOf: (place: Place) => bigint

  constructor(rooms: readonly NodeRoom[], bitsOf: (place: Place) => bigint) {
    this.#places = rooms.flatMap(({ places }) => places).toSorted(inOrder)
    this.#positions = new Map(this.#places.map((place, position) => [place, position]))
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, this.#places.length)))
    this.#bounds = Array.from({ length: 2 * this.#leaves }, () => ({ ...empty }))
    this.#leastRatio = { cpu: leastRatio(rooms, 'cpu'), ram: leastRatio(rooms, 'ram') }
    this.#bitsOf = bitsOf
    for (const [position, place] of this.#places.entries()) {
      this.#bound(this.#leaves + position).first = position
      this.#look(position, place, true)
    }
    for (let at = this.#leaves - 1; at > 0; at--) this.#join(at, true)
  }

  best(demand: Demand, bits: bigint): Place | undefined {
    const least = {
      cpu: amountOn(demand.cpu, this.#leastRatio.cpu),
      ram: amountOn(demand.ram, this.#leastRatio.ram),
    }
    return this.#places[this.#search(1, { demand, bits, least }, empty).first]
  }

  /** Looks again at what is free on a node. `answers`: whether its bits may have changed as well. */
  update({ places }: NodeRoom, answers: boolean): void {
    for (const place of places) {
      const position = this.#positions.get(place) ?? 0
      this.#look(position, place, answers)
      for (let at = (this.#leaves + position) >> 1; at > 0; at >>= 1) this.#join(at, answers)
    }
  }

  #look(position: number, place: Place, answers: boolean): void {
    const bound = this.#bound(this.#leaves + position)
    const { site, free } = place.room
    bound.priority = site.config.priority
    bound.cpu = free.cpu
    bound.ram = free.ram
    if (answers) bound.bits = this.#bitsOf(place)
  }

  #search(at: number, wanted: Wanted, found: Bound): Bound {
    const bound = this.#bound(at)
    if (!mayHold(bound, wanted) || !isBetter(bound, found)) return found
    if (at >= this.#leaves) return this.#holds(bound.first, wanted.demand) ? bound : found
    const [left, right] = [2 * at, 2 * at + 1]
    const [first, second] = isBetter(this.#bound(left), this.#bound(right)) ? [left, right] : [right, left]
    return this.#search(second, wanted, this.#search(first, wanted, found))
  }

  #holds(position: number, demand: Demand): boolean {
    const place = this.#places[position]
    if (!place) return false
    const { cpu, ram } = place.room.asked(demand)
    return cpuFits(place, cpu) && ramFits(place, ram)
  }

  #join(at: number, answers: boolean): void {
    const [bound, left, right] = [this.#bound(at), this.#bound(2 * at), this.#bound(2 * at + 1)]
    bound.priority = Math.max(left.priority, right.priority)
    bound.cpu = Math.max(left.cpu, right.cpu)
    bound.ram = Math.max(left.ram, right.ram)
    bound.first = Math.min(left.first, right.first)
    if (answers) bound.bits = left.bits | right.bits
  }

  #bound(at: number): Bound {
    return this.#bounds[at] ?? empty
  }
}

function mayHold({ bits, cpu, ram }: Bound, wanted: Wanted): boolean {
  const { least } = wanted
  return (
    (bits & wanted.bits) === wanted.bits &&
    (least.cpu === 0 || cpu >= least.cpu) &&
    (least.ram === 0 || ram >= least.ram)
  )
}

function isBetter(one: Bound, other: Bound): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority
  if (one.cpu !== other.cpu) return one.cpu > other.cpu
  if (one.ram !== other.ram) return one.ram > other.ram
  return one.first < other.first
}

function leastRatio(rooms: readonly NodeRoom[], of: 'cpu' | 'ram'): number {
  return Math.min(...rooms.map(({ site }) => site.config.resourceRatios?.[of] ?? 50))
}

// Nodes of one priority lie side by side, so that a subtree's bounds are seldom those of different nodes.
function inOrder(one: Place, other: Place): number {
  return (
    other.room.site.config.priority - one.room.site.config.priority ||
    compare(one.room.site.node.nodeId, other.room.site.node.nodeId) ||
    compare(one.type, other.type) ||
    compare(one.runtimeId, other.runtimeId)
  )
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
