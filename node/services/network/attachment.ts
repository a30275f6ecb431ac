import { createHash } from 'node:crypto'
import type { FirewallRule } from '@windlass/model/unit'
import type { HostName, NetworkWants } from './network.ts'

/** A network as this node is part of it. */
export interface Segment {
  /** `172.17.0.0/16` */
  subnet: string
  /** This node's own address there, which is its services' way out. */
  gateway: string
  /** What ties it to the same network on the unit's other nodes; absent for one that is this node's alone. */
  vlanId?: number
}

/** An instance's place in the networks. */
export interface Place {
  segment: Segment
  ip: string
  /** What it may reach in other networks, where the unit says so; absent where this node finds it out. */
  rules?: readonly FirewallRule[]
  /** Networks of others that those rules lead into. */
  legs?: readonly Segment[]
}

/** One instance in a network, as it is remembered for as long as the machine runs. */
export interface Attachment extends Place {
  wants: NetworkWants
}

/** What a node calls its devices and namespaces. Several nodes may be played on one machine. */
export interface Names {
  /** What the names of all its bridges begin with. */
  bridges: string
  table: string
  /** Whether a device is a bridge or a trunk of this node. */
  isSegment(device: string): boolean
  bridge(subnet: string): string
  /** The end of a segment that leads to other nodes. */
  trunk(subnet: string): string
  veth(id: string): string
  namespace(id: string): string
}

/** The kernel takes 15 characters of a device's name. */
export function namesFor(nodeId: string): Names {
  const node = shortOf(nodeId, 4)
  return {
    bridges: `wlb${node}`,
    table: `windlass_${node}`,
    isSegment: (device) => device.startsWith(`wlb${node}`) || device.startsWith(`wlt${node}`),
    bridge: (subnet) => `wlb${node}${shortOf(subnet, 8)}`,
    trunk: (subnet) => `wlt${node}${shortOf(subnet, 8)}`,
    veth: (id) => `wlv${node}${shortOf(id, 8)}`,
    namespace: (id) => `windlass-${node}-${id}`,
  }
}

/** Every network that these instances need on this node, each once. */
export function segmentsOf(all: readonly Attachment[]): Segment[] {
  const segments = all.flatMap(({ segment, legs = [] }) => [segment, ...legs])
  return [...new Map(segments.map((segment) => [segment.subnet, segment])).values()]
}

/** Whether an address is of a network; neither has to be one. */
export function isWithin(ip: string, subnet: string): boolean {
  const [base = '', bits = '32'] = subnet.split('/')
  const [one, other] = [numberOf(ip), numberOf(base)]
  const size = 2 ** (32 - Number(bits))
  return one !== undefined && other !== undefined && Math.floor(one / size) === Math.floor(other / size)
}

export function isAddress(text: string): boolean {
  return numberOf(text) !== undefined
}

/** An instance that has an address, and what its names are made of. */
export interface Named extends Pick<NetworkWants, 'ident' | 'ownerId' | 'hostname'> {
  ip: string
}

/** What others may call it (aoscore.md 5.10). In other networks only the names that say which network count. */
function namesOf({ ident, hostname, ownerId }: Named): { near: string[]; far: string[] } {
  const { itemId, subjectId, index } = ident
  const short = [`${index}.${subjectId}.${itemId}`, ...(index === 0 ? [`${subjectId}.${itemId}`] : [])]
  const far = short.map((name) => `${name}.${ownerId}`)
  return { near: [...(hostname === undefined ? [] : [hostname]), ...short, ...far], far }
}

/** The hosts file of one owner's instances. */
export function hostsFile(ownerId: string, all: readonly Named[], own: readonly HostName[] = []): string {
  const lines = all.map((one) => {
    const { near, far } = namesOf(one)
    return `${one.ip} ${(one.ownerId === ownerId ? near : far).filter(isHostName).join(' ')}`
  })
  const ownLines = own.map(({ ip, hostname }) => `${ip} ${hostname}`)
  return ['127.0.0.1 localhost', '::1 localhost', ...lines, ...ownLines, ''].join('\n')
}

/** What an id must be to be written into a file that others read. */
function isHostName(name: string): boolean {
  return /^[A-Za-z0-9_.-]{1,253}$/.test(name)
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return undefined
  return parts.reduce((number, part) => number * 256 + Number(part), 0)
}

function shortOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}
