import {
  type FirewallRule,
  type FirewallUpdate,
  type HeldAddress,
  type InstanceIdent,
  type InstanceNetwork,
  instanceKey,
  type NetworkWish,
  type NodeNetwork,
} from '@windlass/model/unit'
import type { Random } from '@windlass/platform'
import type { Database } from '@windlass/platform/database'
import { UnitError } from '../unit-error.ts'
import { rulesBetween } from './connections.ts'
import { hostsFile } from './hosts.ts'
import type { InstanceRecord, NetworkRecord } from './network.ts'
import { NetworkRecords } from './records.ts'
import {
  addressOf,
  addressText,
  freeAddress,
  freeSubnet,
  overlap,
  type Subnet,
  subnetOf,
  subnetText,
} from './subnet.ts'

export interface NetworkPorts {
  database: Database
  random: Random
  /** Networks that the machine already has routes to. */
  routes: () => Promise<readonly Subnet[]>
  /** Makes the names known to the unit's DNS server. */
  publishHosts: (hosts: string) => void
}

/** Ids from 1 to 4094; 0 and 4095 are reserved (IEEE 802.1Q). */
const vlans = 4094
const tries = 5

/** Gives networks, addresses, names and firewall rules to the unit's instances (aoscore.md 5.10). */
export class UnitNetwork {
  readonly #ports: NetworkPorts
  readonly #dnsServers: readonly string[]
  readonly #records: NetworkRecords
  readonly #networks: Map<string, NetworkRecord>
  readonly #instances: Map<string, InstanceRecord>
  readonly #watchers = new Map<string, Set<(update: FirewallUpdate) => void>>()
  readonly #addressWatchers = new Set<(addresses: readonly HeldAddress[]) => void>()
  /** What nodes are to hear once they listen. */
  readonly #owed = new Map<string, FirewallUpdate[]>()

  constructor(ports: NetworkPorts, dnsIp: string) {
    this.#ports = ports
    this.#dnsServers = [dnsIp]
    this.#records = new NetworkRecords(ports.database)
    this.#networks = this.#records.networks()
    this.#instances = this.#records.instances()
  }

  /** The node's own place in a network. @throws UnitError `no_space` */
  async nodeNetwork(networkId: string, nodeId: string): Promise<NodeNetwork> {
    const network = this.#network(networkId, await this.#routesFor(networkId))
    const known = network.nodes[nodeId]
    const ip = known ?? this.#freeIp(network)
    if (known === undefined) this.#save({ ...network, nodes: { ...network.nodes, [nodeId]: ip } })
    return { subnet: network.subnet, ip, vlanId: network.vlanId }
  }

  /** The node's own place in the network that the address is in. @throws UnitError `wrong_state` for one that is in none */
  async networkAt(address: string, nodeId: string): Promise<NodeNetwork> {
    const at = { base: addressOf(address), bits: 32 }
    const network = [...this.#networks.values()].find(({ subnet }) => overlap(subnetOf(subnet), at))
    if (!network)
      throw new UnitError('wrong_state', `expected an address of one of the unit's networks, got ${address}`)
    return this.nodeNetwork(network.networkId, nodeId)
  }

  /** An instance that has an address in the network keeps it, also on another node. @throws UnitError `no_space` */
  async allocate(request: NetworkWish): Promise<InstanceNetwork> {
    const network = this.#network(request.networkId, await this.#routesFor(request.networkId))
    const known = this.#instances.get(instanceKey(request.ident))
    const ip = known?.networkId === request.networkId ? known.ip : this.#freeIp(network)
    const record = { ...request, ip }
    this.#records.saveInstance(record)
    this.#instances.set(instanceKey(request.ident), record)
    if (known) this.#forgetUnused(known.networkId)
    this.#publish()
    this.#tellOthers(record, known)
    return { subnet: network.subnet, ip, dnsServers: this.#dnsServers, firewallRules: this.#rulesOf(record) }
  }

  /** From a node that it left meanwhile nothing is taken. */
  releaseInstance(ident: InstanceIdent, nodeId: string): void {
    const known = this.#instances.get(instanceKey(ident))
    if (known?.nodeId !== nodeId) return
    this.#forget(known)
    this.#publish()
  }

  releaseNode(networkId: string, nodeId: string): void {
    const network = this.#networks.get(networkId)
    if (!network) return
    for (const instance of this.#instancesOf(networkId)) if (instance.nodeId === nodeId) this.#forget(instance)
    const nodes = Object.fromEntries(Object.entries(network.nodes).filter(([node]) => node !== nodeId))
    this.#save({ ...network, nodes })
    this.#forgetUnused(networkId)
    this.#publish()
  }

  /** What the node does not have any more is released; rules that it lacks are owed to it. */
  sync(nodeId: string, reported: readonly HeldAddress[]): void {
    const there = new Map(reported.map((one) => [instanceKey(one.ident), one]))
    for (const instance of [...this.#instances.values()].filter((one) => one.nodeId === nodeId)) {
      const known = there.get(instanceKey(instance.ident))
      if (known?.networkId !== instance.networkId || known.ip !== instance.ip) {
        this.#forget(instance)
        continue
      }
      const has = new Set(known.firewallRules.map(ruleText))
      this.#tell(
        instance,
        this.#rulesOf(instance).filter((rule) => !has.has(ruleText(rule))),
      )
    }
    this.#leaveNetworks(nodeId)
    this.#publish()
  }

  /** Also those that it was part of only to reach somebody there. */
  #leaveNetworks(nodeId: string): void {
    const own = [...this.#instances.values()].filter((one) => one.nodeId === nodeId)
    const reached = own.flatMap((one) => this.#rulesOf(one).map(({ dstIp }) => ({ base: addressOf(dstIp), bits: 32 })))
    for (const network of this.#networks.values()) {
      const isNeeded =
        own.some(({ networkId }) => networkId === network.networkId) ||
        reached.some((at) => overlap(subnetOf(network.subnet), at))
      if (!isNeeded && network.nodes[nodeId] !== undefined) this.releaseNode(network.networkId, nodeId)
    }
  }

  /** @returns how to stop */
  watch(nodeId: string, update: (update: FirewallUpdate) => void): () => void {
    const watchers = this.#watchers.get(nodeId) ?? new Set()
    this.#watchers.set(nodeId, watchers.add(update))
    for (const owed of this.#owed.get(nodeId) ?? []) update(owed)
    this.#owed.delete(nodeId)
    return () => watchers.delete(update)
  }

  /** Who is where, now and after each change. @returns how to stop */
  watchAddresses(heard: (addresses: readonly HeldAddress[]) => void): () => void {
    this.#addressWatchers.add(heard)
    heard(this.#addresses())
    return () => this.#addressWatchers.delete(heard)
  }

  #addresses(): HeldAddress[] {
    return [...this.#instances.values()].map(({ ident, networkId, ip }) => ({
      ident,
      networkId,
      ip,
      firewallRules: [],
    }))
  }

  /** Asked for before anything is decided, so that two who ask at once do not decide the same. */
  async #routesFor(networkId: string): Promise<readonly Subnet[]> {
    return this.#networks.has(networkId) ? [] : await this.#ports.routes()
  }

  #network(networkId: string, routes: readonly Subnet[]): NetworkRecord {
    const known = this.#networks.get(networkId)
    if (known) return known
    const all = [...this.#networks.values()]
    const subnet = freeSubnet([...routes, ...all.map((one) => subnetOf(one.subnet))])
    if (!subnet) throw new UnitError('no_space', `network ${networkId}: expected a free subnet, got none`)
    const vlanId = this.#freeVlan(new Set(all.map((one) => one.vlanId)))
    return this.#save({ networkId, subnet: subnetText(subnet), vlanId, nodes: {} })
  }

  #freeVlan(used: ReadonlySet<number>): number {
    for (let turn = 0; turn < tries; turn++) {
      const id = 1 + Math.floor(this.#ports.random.next() * vlans)
      if (!used.has(id)) return id
    }
    throw new UnitError('no_space', `expected a free VLAN id within ${tries} tries, got none`)
  }

  #freeIp({ networkId, subnet, nodes }: NetworkRecord): string {
    const used = [...Object.values(nodes), ...this.#instancesOf(networkId).map(({ ip }) => ip)]
    const address = freeAddress(subnetOf(subnet), new Set(used.map(addressOf)))
    if (address === undefined) throw new UnitError('no_space', `network ${networkId}: ${subnet} is full`)
    return addressText(address)
  }

  /** Instances that may reach the newcomer, and could not so far. */
  #tellOthers(newcomer: InstanceRecord, before: InstanceRecord | undefined): void {
    for (const other of this.#instances.values()) {
      const had = new Set(before ? rulesBetween(other, before).map(ruleText) : [])
      this.#tell(
        other,
        rulesBetween(other, newcomer).filter((rule) => !had.has(ruleText(rule))),
      )
    }
  }

  #tell({ ident, nodeId }: InstanceRecord, firewallRules: readonly FirewallRule[]): void {
    if (firewallRules.length === 0) return
    const watchers = this.#watchers.get(nodeId)
    if (!watchers?.size) this.#owed.set(nodeId, [...(this.#owed.get(nodeId) ?? []), { ident, firewallRules }])
    else for (const watcher of watchers) watcher({ ident, firewallRules })
  }

  #rulesOf(instance: InstanceRecord): FirewallRule[] {
    return [...this.#instances.values()].flatMap((other) => rulesBetween(instance, other))
  }

  #instancesOf(networkId: string): InstanceRecord[] {
    return [...this.#instances.values()].filter((one) => one.networkId === networkId)
  }

  #save(network: NetworkRecord): NetworkRecord {
    this.#records.saveNetwork(network)
    this.#networks.set(network.networkId, network)
    return network
  }

  #forget({ ident, nodeId, networkId }: InstanceRecord): void {
    this.#records.forgetInstance(ident)
    this.#instances.delete(instanceKey(ident))
    const owed = this.#owed.get(nodeId)?.filter((one) => instanceKey(one.ident) !== instanceKey(ident))
    if (owed) this.#owed.set(nodeId, owed)
    this.#forgetUnused(networkId)
  }

  #forgetUnused(networkId: string): void {
    const network = this.#networks.get(networkId)
    if (!network || Object.keys(network.nodes).length > 0 || this.#instancesOf(networkId).length > 0) return
    this.#records.forgetNetwork(networkId)
    this.#networks.delete(networkId)
  }

  #publish(): void {
    const addresses = this.#addresses()
    for (const watcher of this.#addressWatchers) watcher(addresses)
    const inOrder = [...this.#instances.values()].toSorted((one, other) => addressOf(one.ip) - addressOf(other.ip))
    this.#ports.publishHosts(hostsFile(inOrder))
  }
}

function ruleText({ dstIp, dstPort, proto, srcIp }: FirewallRule): string {
  return `${srcIp} ${dstIp} ${dstPort} ${proto}`
}
