import { type ErrorInfo, errorInfo, type InstanceIdent, instanceKey } from '@windlass/model/unit'
import type { Demand } from './demand.ts'
import { Features } from './features.ts'
import { type Assignment, identOf, type Placed, type PlacementInput, type Seat, type Unplaced } from './input.ts'
import { type Load, measured } from './load.ts'
import { cpuFits, NodeRoom, type Place, ramFits } from './node-room.ts'
import { PlaceTree } from './place-tree.ts'
import { Pools } from './pools.ts'
import { elsewhere, entering, lasting, whyNot } from './questions.ts'
import { isEverywhere, type Wish, wishesOf } from './wishes.ts'

/** One try at placing everything, from empty nodes. */
export class Round {
  readonly #rooms: ReadonlyMap<string, NodeRoom>
  readonly #features = new Features<Place>()
  readonly #bits = new Map<Demand, bigint>()
  readonly #failed: PlacementInput['failed']
  /** Of instances that failed somewhere: the question whether a place is elsewhere. */
  readonly #elsewhere = new Map<string, bigint>()
  readonly #wishes: readonly Wish[]
  readonly #tree: PlaceTree
  readonly #pools: Pools
  readonly #assigned = new Map<string, Assignment>()
  readonly #failures: Unplaced[] = []

  constructor(input: PlacementInput) {
    const sites = input.sites.filter(({ state, components }) => state !== 'closed' || components.length > 0)
    this.#rooms = new Map(sites.map((site) => [site.node.nodeId, new NodeRoom(site, input.rebalance)]))
    this.#wishes = wishesOf(input)
    this.#pools = new Pools(input.sites)
    for (const { demands } of this.#wishes)
      for (const demand of demands)
        this.#bits.set(
          demand,
          entering(demand).reduce((bits, { key, holds }) => bits | this.#features.bit(key, holds), 0n),
        )
    this.#failed = input.failed
    for (const [key, nodes] of input.failed) {
      const { key: name, holds } = elsewhere(nodes)
      this.#elsewhere.set(key, this.#features.bit(name, holds))
    }
    this.#tree = new PlaceTree([...this.#rooms.values()], (place) => this.#features.of(place))
  }

  run(): Placed {
    for (const wish of this.#wishes) this.#keepSeats(wish)
    for (const wish of this.#wishes)
      if (isEverywhere(wish)) this.#fillAll(wish)
      else this.#fill(wish)
    return { assignments: this.#wishes.flatMap((wish) => this.#assignmentsOf(wish)), failures: this.#failures }
  }

  /** Who has a place keeps it, unless the node is to be relieved, or it failed there. */
  #keepSeats(wish: Wish): void {
    const { request, seats, isPinned } = wish
    for (const seat of seats) {
      if (seat.ident.index >= request.numInstances && !isEverywhere(wish)) continue
      if (this.#isToLeave(seat) && !isPinned) continue
      this.#stay(wish, seat)
    }
  }

  #fill(wish: Wish): void {
    const { seats, isPinned } = wish
    const seatOf = new Map(seats.map((seat) => [seat.ident.index, seat]))
    let why: ErrorInfo | undefined
    for (const { ident, key } of wish.instances) {
      if (this.#assigned.has(key)) continue
      const seat = seatOf.get(ident.index)
      if (seat && isPinned) this.#fail(wish, ident, this.#whyNotThere(wish, seat))
      else if (seat && this.#settle(wish, seat)) continue
      else {
        if (this.#elsewhere.has(key) && this.#enter(wish, ident, this.#elsewhere.get(key))) continue
        // Where one newcomer found nothing, the next finds nothing as well.
        if (!why && this.#enter(wish, ident)) continue
        why ??= this.#whyNowhere(wish)
        this.#fail(wish, ident, why)
      }
    }
  }

  /** On an overloaded node: below its lower threshold, else elsewhere, else where it was after all. */
  #settle(wish: Wish, seat: Seat): boolean {
    if (!this.#isToLeave(seat)) return false
    const others = this.#elsewhere.get(instanceKey(seat.ident))
    const returns = !this.#hasFailedAt(seat) && this.#return(wish, seat)
    return returns || this.#enter(wish, seat.ident, others) || this.#stay(wish, seat)
  }

  #isToLeave(seat: Seat): boolean {
    return this.#rooms.get(seat.nodeId)?.isOverloaded === true || this.#hasFailedAt(seat)
  }

  #hasFailedAt({ ident, nodeId }: Seat): boolean {
    return this.#failed.get(instanceKey(ident))?.has(nodeId) === true
  }

  #return({ request, demands }: Wish, { ident, nodeId, runtimeId }: Seat): boolean {
    const place = this.#placeAt(nodeId, runtimeId)
    const demand = place && demands.find((one) => this.#lasts(one, place))
    if (!place || !demand || this.#pools.refuses(demand.variant.item)) return false
    const asked = place.room.asked(demand)
    const used = measured(place.room.site, ident)
    const load = demand.isCounted ? { cpu: Math.max(asked.cpu, used.cpu), ram: Math.max(asked.ram, used.ram) } : asked
    if (!cpuFits(place, load.cpu) || !ramFits(place, load.ram)) return false
    this.#take(request, ident, place, demand, load)
    return true
  }

  #stay({ request, demands }: Wish, seat: Seat): boolean {
    const place = this.#placeAt(seat.nodeId, seat.runtimeId)
    if (!place) return this.#stayUnseen({ request, demands }, seat)
    const demand = demands.find((one) => {
      const { cpu, ram } = place.room.asked(one)
      return this.#lasts(one, place) && cpuFits(place, cpu, true) && ramFits(place, ram, true)
    })
    if (!demand || this.#pools.refuses(demand.variant.item)) return false
    this.#take(request, seat.ident, place, demand, place.room.asked(demand))
    return true
  }

  /** A node that is away for a moment has not told yet which runtimes it has. */
  #stayUnseen({ request, demands }: Pick<Wish, 'request' | 'demands'>, seat: Seat): boolean {
    const { ident, version, nodeId, runtimeId, manifestDigest, byUpdateManager = false } = seat
    const demand = demands.find(({ variant }) => variant.digest === manifestDigest)
    if (this.#rooms.get(nodeId)?.site.state !== 'held' || version !== request.item.version || !demand) return false
    const { variant } = demand
    const runtimeType = demand.types[0] ?? ''
    const assignment = { request, ident, nodeId, runtimeId, runtimeType, byUpdateManager, variant }
    this.#assigned.set(instanceKey(ident), assignment)
    this.#pools.take(variant.item)
    return true
  }

  /** Whether it found a place; `also`: what else has to hold there. */
  #enter({ request, demands }: Wish, ident: InstanceIdent, also = 0n): boolean {
    for (const demand of demands) {
      if (this.#pools.refuses(demand.variant.item)) continue
      const place = this.#tree.best(demand, (this.#bits.get(demand) ?? 0n) | also)
      if (!place) continue
      this.#take(request, ident, place, demand, place.room.asked(demand))
      return true
    }
    return false
  }

  /** One on every place that fits and has none yet; the lowest free index first. */
  #fillAll(wish: Wish): void {
    const { request, demands, seats } = wish
    const taken = new Set(seats.map(({ ident }) => ident.index))
    const used = new Set(this.#assignmentsOf(wish).map(({ nodeId, runtimeId }) => `${nodeId} ${runtimeId}`))
    for (const room of [...this.#rooms.values()].toSorted(byNode))
      for (const place of room.places) {
        const demand = demands.find((one) => entering(one).every(({ holds }) => holds(place)))
        if (!demand || used.has(`${room.site.node.nodeId} ${place.runtimeId}`)) continue
        const ident = identOf(request, lowestFree(taken))
        taken.add(ident.index)
        this.#take(request, ident, place, demand, place.room.asked(demand))
      }
    if (this.#assignmentsOf(wish).length === 0) this.#fail(wish, identOf(request, 0), this.#whyNowhere(wish))
  }

  #take(request: Wish['request'], ident: InstanceIdent, place: Place, demand: Demand, load: Load): void {
    const { room, runtimeId, byUpdateManager, type } = place
    const { variant, resources } = demand
    const nodeId = room.site.node.nodeId
    const assignment = { request, ident, nodeId, runtimeId, runtimeType: type, byUpdateManager, variant }
    this.#assigned.set(instanceKey(ident), assignment)
    this.#pools.take(variant.item)
    room.free = { cpu: room.free.cpu - load.cpu, ram: room.free.ram - load.ram }
    place.own = { cpu: place.own.cpu - load.cpu, ram: place.own.ram - load.ram }
    place.slots -= 1
    let changed = place.slots === 0
    for (const name of resources) {
      const left = (room.resources.get(name) ?? 0) - 1
      room.resources.set(name, left)
      changed ||= left === 0
    }
    this.#tree.update(room, changed)
  }

  #lasts(demand: Demand, place: Place): boolean {
    return lasting(demand).every(({ holds }) => holds(place))
  }

  #placeAt(nodeId: string, runtimeId: string): Place | undefined {
    return this.#rooms.get(nodeId)?.places.find((place) => place.runtimeId === runtimeId)
  }

  #whyNotThere({ demands }: Wish, { nodeId }: Seat): ErrorInfo {
    const room = this.#rooms.get(nodeId)
    const demand = demands[0]
    if (!room || !demand || room.places.length === 0) return errorInfo('notFound', 'no nodes with given ID')
    const full = this.#pools.refuses(demand.variant.item)
    return full ?? errorInfo('notFound', whyNot(demand, [room]).error)
  }

  /** What stood in the way of the variant that came furthest. */
  #whyNowhere({ request, demands }: Wish): ErrorInfo {
    const { itemId, version } = request.item
    let furthest = { step: -1, error: errorInfo('notFound', `item ${itemId} ${version || '(no version)'} is not here`) }
    for (const demand of demands) {
      const full = this.#pools.refuses(demand.variant.item)
      if (full) return full
      const { step, error } = whyNot(demand, [...this.#rooms.values()])
      if (step > furthest.step) furthest = { step, error: errorInfo('notFound', error) }
    }
    return furthest.error
  }

  #fail({ request }: Wish, ident: InstanceIdent, error: ErrorInfo): void {
    this.#failures.push({ request, ident, error })
  }

  #assignmentsOf(wish: Wish): Assignment[] {
    const keys = isEverywhere(wish) ? this.#everywhere(wish) : wish.instances.map(({ key }) => key)
    return keys.flatMap((key) => this.#assigned.get(key) ?? [])
  }

  #everywhere({ request, seats }: Wish): string[] {
    const places = [...this.#rooms.values()].reduce((sum, room) => sum + room.places.length, 0)
    const most = Math.max(0, ...seats.map(({ ident }) => ident.index + 1)) + places
    return Array.from({ length: most }, (_, index) => instanceKey(identOf(request, index)))
  }
}

function lowestFree(taken: ReadonlySet<number>): number {
  let index = 0
  while (taken.has(index)) index += 1
  return index
}

function byNode(one: NodeRoom, other: NodeRoom): number {
  return one.site.node.nodeId < other.site.node.nodeId ? -1 : 1
}
