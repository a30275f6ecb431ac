import type { FirewallUpdate, HeldAddress, InstanceNetwork, NodeNetwork } from '@windlass/model/unit'
import { type FirewallRule, type InstanceIdent, instanceKey, type NetworkWish } from '@windlass/model/unit'
import type { Log } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import { type Attachment, isWithin, type Place, type Segment } from './attachment.ts'
import type { NetworkWants } from './network.ts'
import type { Places } from './places.ts'

/** What can be asked of the unit's networks while it is connected (aoscore.md 1.6). @throws ServicesError */
export interface NetworkCalls {
  nodeNetwork(networkId: string): Promise<NodeNetwork>
  /** Of the network that this address is in. Only a unit of ours can say. */
  networkAt(address: string): Promise<NodeNetwork>
  allocate(wish: Omit<NetworkWish, 'nodeId'>): Promise<InstanceNetwork>
  releaseInstance(ident: InstanceIdent): Promise<void>
  releaseNode(networkId: string): Promise<void>
  sync(held: readonly HeldAddress[]): Promise<void>
  updates(stop: AbortSignal): AsyncIterable<FirewallUpdate>
  /** Who is where in the whole unit, after each change. Only a unit of ours says. */
  addresses(stop: AbortSignal): AsyncIterable<readonly HeldAddress[]>
}

/** Addresses that outlive a restart of the machine, for services that start before the unit can be asked. */
export interface PlaceRecords {
  place(id: string): Place | undefined
  savePlace(id: string, place: Place): void
  forgetPlace(id: string): void
}

/** Addresses that the unit gives, so that networks span its nodes (aoscore.md 5.10). */
export class UnitPlaces implements Places {
  /** Not every communication manager has networks to give. */
  isServed = true
  readonly #records: PlaceRecords
  readonly #log: Log
  #calls: NetworkCalls | undefined

  constructor(records: PlaceRecords, log: Log) {
    this.#records = records
    this.#log = log
  }

  /** The unit can be asked from now on; undefined: no longer. */
  reach(calls: NetworkCalls | undefined): void {
    this.#calls = calls
  }

  async take(wants: NetworkWants, others: readonly Attachment[]): Promise<Place> {
    const calls = this.#calls
    if (!calls) {
      const known = this.#records.place(wants.id)
      if (known) return known
      throw new ServicesError('unreachable', 'there is no connection to the unit, which gives the addresses')
    }
    const place = await this.#asked(calls, wants, others)
    this.#records.savePlace(wants.id, place)
    return place
  }

  async giveBack({ wants, segment }: Attachment, others: readonly Attachment[]): Promise<void> {
    this.#records.forgetPlace(wants.id)
    const isLast = !others.some((other) => other.segment.subnet === segment.subnet)
    try {
      await this.#calls?.releaseInstance(wants.ident)
      if (isLast) await this.#calls?.releaseNode(wants.ownerId)
    } catch (error) {
      // What the unit was not told it sees when the node connects again.
      this.#log.info('address not given back', { instance: instanceKey(wants.ident), why: String(error) })
    }
  }

  /** The networks that rules lead into, apart from those in which the node is anyway. */
  async legs(rules: readonly FirewallRule[], known: readonly Segment[]): Promise<Segment[]> {
    const legs: Segment[] = []
    for (const { dstIp } of rules) {
      const there = [...legs, ...known].find(({ subnet }) => isWithin(dstIp, subnet))
      const leg = there ?? (await this.#legTo(dstIp))
      if (leg && !legs.includes(leg)) legs.push(leg)
    }
    return legs
  }

  async #asked(calls: NetworkCalls, wants: NetworkWants, others: readonly Attachment[]): Promise<Place> {
    const { ident, ownerId, hostname, allowedConnections, exposedPorts } = wants
    const known = others.find((other) => other.wants.ownerId === ownerId && other.rules)?.segment
    const segment = known ?? segmentOf(await calls.nodeNetwork(ownerId))
    const hosts = hostname === undefined ? [] : [hostname]
    const wish = { ident, networkId: ownerId, hosts, allowedConnections, exposedPorts }
    const { ip, firewallRules: rules } = await calls.allocate(wish)
    const segments = others.flatMap((other) => [other.segment, ...(other.legs ?? [])])
    return { segment, ip, rules, legs: await this.legs(rules, [segment, ...segments]) }
  }

  async #legTo(address: string): Promise<Segment | undefined> {
    try {
      return this.#calls && segmentOf(await this.#calls.networkAt(address))
    } catch (error) {
      this.#log.warning('an allowed connection leads into a network that this node is not part of', {
        to: address,
        why: error instanceof Error ? error.message : String(error),
      })
      return undefined
    }
  }
}

function segmentOf({ subnet, ip, vlanId }: NodeNetwork): Segment {
  return { subnet, gateway: ip, vlanId }
}
