import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path/posix'
import {
  type FirewallRule,
  type FirewallUpdate,
  type HeldAddress,
  type InstanceIdent,
  instanceKey,
} from '@windlass/model/unit'
import { changes, createLog, nodeProcesses, type Processes } from '@windlass/platform'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SqliteRecords } from '../records/sqlite-records.ts'
import { until } from '../runtime/until.ts'
import { namesFor } from './attachment.ts'
import { BridgeNetwork } from './bridge-network.ts'
import type { NetworkWants } from './network.ts'
import { Span } from './span.ts'
import { Trunk, type TrunkKind } from './trunk.ts'
import type { NetworkCalls } from './unit-places.ts'

/** Two nodes, each in a network namespace of its own, with one cable between them. */
const nodes = ['wlx-a', 'wlx-b'] as const
type Node = (typeof nodes)[number]
const processes = nodeProcesses()
const said: string[] = []
const log = createLog([({ text }) => said.push(text)], () => 0)
const folder = await mkdtemp(join(tmpdir(), 'two-nodes-'))
const leaving = new AbortController()

async function sh(script: string): Promise<void> {
  const { code, stderr } = await processes.run({ command: 'sh', args: ['-ec', script] })
  if (code !== 0) throw new Error(`${script}: ${stderr}`)
}

/** Programs run on the node. */
function on(node: Node): Processes {
  const moved = (command: Parameters<Processes['run']>[0]) => ({
    ...command,
    command: 'nsenter',
    args: [`--net=/run/netns/${node}`, command.command, ...(command.args ?? [])],
  })
  return { ...processes, run: (command, stop) => processes.run(moved(command), stop) }
}

/** As much of the unit's networks as this takes: one network for an owner, addresses as they come. */
class Networks {
  readonly #owners: string[] = []
  readonly #places = new Map<string, { node: Node; wants: NetworkWants; ip: string }>()
  readonly #watchers = new Map<Node, (update: FirewallUpdate) => void>()
  readonly #listeners = new Set<(all: readonly HeldAddress[]) => void>()
  readonly released: string[] = []
  #hosts = 10

  calls(node: Node): NetworkCalls {
    const numberOf = (owner: string) => {
      if (!this.#owners.includes(owner)) this.#owners.push(owner)
      return 20 + this.#owners.indexOf(owner)
    }
    const networkOf = (number: number) => ({
      subnet: `172.${number}.0.0/16`,
      ip: `172.${number}.0.${1 + nodes.indexOf(node)}`,
      vlanId: 100 + number,
    })
    return {
      nodeNetwork: async (owner) => networkOf(numberOf(owner)),
      networkAt: async (address) => networkOf(Number(address.split('.')[1])),
      allocate: async ({ ident, networkId, allowedConnections, exposedPorts }) => {
        const key = instanceKey(ident)
        const ip = this.#places.get(key)?.ip ?? `172.${numberOf(networkId)}.0.${this.#hosts++}`
        const wants = { id: key, ident, ownerId: networkId, allowedConnections, exposedPorts }
        this.#places.set(key, { node, wants, ip })
        const all = [...this.#places.values()].map((one) => ({
          ...one.wants,
          ...one,
          networkId: one.wants.ownerId,
          firewallRules: [],
        }))
        for (const tell of this.#listeners) tell(all)
        for (const other of this.#places.values()) {
          const rules = this.#rules(other.wants).filter(({ dstIp }) => dstIp === ip)
          if (rules.length > 0) this.#watchers.get(other.node)?.({ ident: other.wants.ident, firewallRules: rules })
        }
        return { ...networkOf(numberOf(networkId)), ip, dnsServers: [], firewallRules: this.#rules(wants) }
      },
      releaseInstance: async (ident) => void this.released.push(instanceKey(ident)),
      releaseNode: async (owner) => void this.released.push(`${node} ${owner}`),
      sync: async () => undefined,
      addresses: (stop) =>
        changes<readonly HeldAddress[]>(stop, (tell) => {
          this.#listeners.add(tell)
          return () => this.#listeners.delete(tell)
        }),
      updates: (stop) =>
        changes<FirewallUpdate>(stop, (tell) => {
          this.#watchers.set(node, tell)
          return () => this.#watchers.delete(node)
        }),
    }
  }

  #rules(from: NetworkWants): FirewallRule[] {
    const srcIp = this.#places.get(instanceKey(from.ident))?.ip ?? ''
    return from.allowedConnections.flatMap((text) => {
      const [item, dstPort = '', proto = ''] = text.split('/')
      const meant = [...this.#places.values()].filter(
        ({ wants }) => wants.ident.itemId === item && wants.exposedPorts.includes(`${dstPort}/${proto}`),
      )
      return meant.map(({ ip }) => ({ srcIp, dstIp: ip, dstPort, proto }))
    })
  }
}

const unit = new Networks()
const networks = new Map<Node, BridgeNetwork>()
const address = new Map<string, string>()

const ident = (itemId: string): InstanceIdent => ({
  itemId,
  subjectId: 's',
  index: 0,
  type: 'service',
  preinstalled: false,
})
const wants = (itemId: string, ownerId: string, changed: Partial<NetworkWants> = {}): NetworkWants => {
  return { id: `x-${itemId}`, ident: ident(itemId), ownerId, allowedConnections: [], exposedPorts: [], ...changed }
}
const placed: [Node, NetworkWants][] = [
  ['wlx-a', wants('web', 'x', { allowedConnections: ['db/5432/tcp'] })],
  ['wlx-a', wants('near', 'x')],
  ['wlx-b', wants('peer', 'x')],
  ['wlx-b', wants('db', 'y', { exposedPorts: ['5432/tcp'] })],
]
const nodeOf = (item: string) => placed.find(([, one]) => one.ident.itemId === item)?.[0] ?? 'wlx-a'

async function attach(node: Node, one: NetworkWants): Promise<void> {
  await networks.get(node)?.attach(one)
  const place = JSON.parse(await readFile(join(folder, node, `${one.id}.json`), 'utf8')) as { ip: string }
  address.set(one.ident.itemId, place.ip)
}

const inside = async (item: string, ...command: string[]) => {
  const space = namesFor(nodeOf(item)).namespace(`x-${item}`)
  return await processes.run({ command: 'ip', args: ['netns', 'exec', space, ...command], timeoutMs: 20_000 })
}

/** Whether a connection is made; what it carries must not fit into one packet. */
async function reaches(from: string, to: string, port: number): Promise<boolean> {
  const script = 'i=0; while [ $i -lt 2000 ]; do echo hello hello; i=$((i+1)); done'
  const answer = inside(to, 'timeout', '5', 'busybox', 'nc', '-l', '-p', String(port), '-e', 'sh', '-c', script)
  const ask = `for i in 1 2 3 4 5 6; do busybox nc -w 1 ${address.get(to)} ${port} </dev/null && exit 0; sleep 0.2; done; exit 1`
  const { stdout } = await inside(from, 'sh', '-c', ask)
  await answer
  return stdout.length === 24_000
}

/** Networks that span two nodes, of that kind on the wire between them. */
export function testTwoNodes(kind: TrunkKind): void {
  describe(`two nodes, ${kind}`, () => {
    beforeAll(async () => {
      const [a, b] = nodes
      await sh(`ip netns add ${a}; ip netns add ${b}; ip link add eth0 netns ${a} type veth peer name eth0 netns ${b}
    for n in ${a} ${b}; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
    ip -n ${a} addr add 10.77.0.1/24 dev eth0; ip -n ${b} addr add 10.77.0.2/24 dev eth0`)
      for (const node of nodes) {
        const uplink = () => Promise.resolve('eth0')
        const trunk = new Trunk(kind, { processes: on(node), log, uplink })
        const ports = { processes: on(node), records: SqliteRecords.open(':memory:'), trunk, log }
        const network = new BridgeNetwork(join(folder, node), node, on(node), (names) => new Span(names, ports))
        await network.meet(unit.calls(node), leaving.signal)
        networks.set(node, network)
      }
      for (const [node, one] of placed) await attach(node, one)
    })
    afterAll(async () => {
      for (const [node, { id }] of placed) await networks.get(node)?.detach(id)
      leaving.abort()
      for (const node of nodes) await sh(`ip netns del ${node}`)
      await rm(folder, { recursive: true, force: true })
    })

    it('instances of one owner reach one another from node to node, with packets of any size', async () => {
      expect(await reaches('web', 'peer', 7777)).toBe(true)
      expect(await reaches('peer', 'near', 7777)).toBe(true)
      const { hostsPath = '' } = (await networks.get('wlx-b')?.attach(wants('peer', 'x'))) ?? {}
      await until(async () => (/^172\S+ .*\bs\.web\b/m.test(await readFile(hostsPath, 'utf8')) ? true : undefined))
      expect(said.filter((text) => /does not reach/.test(text))).toEqual([])
    })

    it('another owner’s on another node is reached where it is allowed, also as the rule came later than the instance', async () => {
      await until(async () => ((await reaches('web', 'db', 5432)) ? true : undefined))
    })

    it('what is not exposed, or not asked for, or asked for by somebody else is refused', async () => {
      expect(await reaches('web', 'db', 22)).toBe(false)
      expect(await reaches('near', 'db', 5432)).toBe(false)
      expect(await reaches('peer', 'db', 5432)).toBe(false)
      expect(await reaches('db', 'web', 5432)).toBe(false)
    })

    it('an instance that goes gives its address back, and the last one takes the network along', async () => {
      await networks.get('wlx-b')?.detach('x-db')
      expect(unit.released).toEqual([instanceKey(ident('db')), 'wlx-b y'])
      const { stdout } = await on('wlx-b').run({ command: 'ip', args: ['-br', 'link'] })
      expect(stdout.match(/^wl[bt]\S+/gm)).toHaveLength(2)
    })

    it('without the unit an instance that was there starts with its address, and a new one does not', async () => {
      const ports = {
        processes: on('wlx-a'),
        trunk: new Trunk(kind, { processes: on('wlx-a'), log, uplink: async () => 'eth0' }),
      }
      const records = SqliteRecords.open(':memory:')
      const one = wants('web', 'x')
      const make = (where: string) =>
        new BridgeNetwork(
          join(folder, where),
          'wlx-a',
          on('wlx-a'),
          (names) => new Span(names, { ...ports, records, log }),
        )
      const connected = new AbortController()
      const first = make('before')
      await first.meet(unit.calls('wlx-a'), connected.signal)
      await first.attach(one)
      connected.abort()
      // What is in memory is gone with the machine's restart.
      const second = make('after')
      await second.attach(one)
      const place = JSON.parse(await readFile(join(folder, 'after', 'x-web.json'), 'utf8')) as { ip: string }
      expect(place.ip).toBe(address.get('web'))
      await expect(second.attach(wants('new', 'x'))).rejects.toMatchObject({ code: 'unreachable' })
    })
  })
}
