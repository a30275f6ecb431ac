import type { FirewallUpdate, InstanceIdent, NetworkWish } from '@windlass/model/unit'
import { openDatabase } from '@windlass/platform/database'
import { FakeFiles, SeededRandom } from '@windlass/platform/fakes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostRoutes } from './host-routes.ts'
import { namesOf } from './hosts.ts'
import { addressOf, addressText, subnetOf, subnetText } from './subnet.ts'
import { UnitNetwork } from './unit-network.ts'

const ident = (itemId: string, index = 0): InstanceIdent => ({
  itemId,
  subjectId: 'driver',
  index,
  type: 'service',
  preinstalled: false,
})

const request = (itemId: string, changes: Partial<NetworkWish> = {}): NetworkWish => ({
  ident: ident(itemId),
  networkId: 'oem',
  nodeId: 'node1',
  hosts: [],
  allowedConnections: [],
  exposedPorts: [],
  ...changes,
})

class Scene {
  readonly database = openDatabase(':memory:')
  hosts = ''
  routes = ['172.17.0.0/16', '172.19.3.0/24']
  network = this.started()

  started(): UnitNetwork {
    return new UnitNetwork(
      {
        database: this.database,
        random: new SeededRandom(1),
        routes: async () => this.routes.map(subnetOf),
        publishHosts: (hosts) => {
          this.hosts = hosts
        },
      },
      '10.0.0.100',
    )
  }

  heard(nodeId: string): FirewallUpdate[] {
    const heard: FirewallUpdate[] = []
    this.network.watch(nodeId, (update) => heard.push(update))
    return heard
  }
}

describe('networks', () => {
  it('are given from the pools, beside what the machine has routes to', async () => {
    const { network } = new Scene()
    const [oem, same, sp] = [
      await network.nodeNetwork('oem', 'node1'),
      await network.nodeNetwork('oem', 'node2'),
      await network.nodeNetwork('sp', 'node1'),
    ]
    expect([oem.subnet, oem.ip]).toEqual(['172.18.0.0/16', '172.18.0.1'])
    expect(same).toEqual({ ...oem, ip: '172.18.0.2' })
    expect(sp.subnet).toBe('172.20.0.0/16')
    expect(sp.vlanId).not.toBe(oem.vlanId)
    expect(await network.nodeNetwork('oem', 'node1')).toEqual(oem)
  })

  it('end with the pools', async () => {
    const { network } = new Scene()
    for (let at = 0; at < 13; at++) await network.nodeNetwork(`n${at}`, 'node1')
    await expect(network.nodeNetwork('n13', 'node1')).rejects.toMatchObject({ code: 'no_space' })
    network.releaseNode('n3', 'node1')
    await expect(network.nodeNetwork('n13', 'node1')).resolves.toMatchObject({ ip: expect.stringMatching(/\.0\.1$/) })
  })

  it('are the same when asked for twice at once', async () => {
    const { network } = new Scene()
    const [one, other] = await Promise.all([network.nodeNetwork('oem', 'a'), network.nodeNetwork('oem', 'b')])
    expect(one.subnet).toBe(other.subnet)
    expect(one.ip).not.toBe(other.ip)
  })
})

describe('an instance', () => {
  it('keeps its address across restarts and on another node', async () => {
    const s = new Scene()
    await s.network.nodeNetwork('oem', 'node1')
    const given = await s.network.allocate(request('web'))
    expect(given).toEqual({
      subnet: '172.18.0.0/16',
      ip: '172.18.0.2',
      dnsServers: ['10.0.0.100'],
      firewallRules: [],
    })
    s.network = s.started()
    expect(await s.network.allocate(request('web', { nodeId: 'node2' }))).toEqual(given)
    s.network.releaseInstance(ident('web'), 'node1')
    expect(s.hosts).toContain('172.18.0.2')
    s.network.releaseInstance(ident('web'), 'node2')
    expect(s.hosts).toBe('')
  })

  it('has names', async () => {
    const s = new Scene()
    const known: string[] = []
    s.network.watchAddresses((all) => known.push(all.map(({ ident, ip }) => `${ident.itemId} ${ip}`).join()))
    await s.network.allocate(request('web', { hosts: ['front'] }))
    expect(known).toEqual(['', 'web 172.18.0.1'])
    expect(s.hosts).toBe('172.18.0.1\tfront 0.driver.web 0.driver.web.oem driver.web driver.web.oem\n')
    expect(namesOf(request('web', { ident: ident('web', 2) }))).toEqual(['2.driver.web', '2.driver.web.oem'])
  })
})

describe('allowed connections', () => {
  const db = request('db', { networkId: 'sp', nodeId: 'node2', exposedPorts: ['5432/tcp', '9000-9010/udp'] })
  const web = request('web', { allowedConnections: ['db/5432/tcp', 'db/9001-9002/udp', 'db/80/tcp', 'mq/1/tcp'] })
  const rules = [
    { dstIp: '172.20.0.1', dstPort: '5432', proto: 'tcp', srcIp: '172.18.0.1' },
    { dstIp: '172.20.0.1', dstPort: '9001-9002', proto: 'udp', srcIp: '172.18.0.1' },
  ]

  it('become rules for ports that the target exposes', async () => {
    const { network } = new Scene()
    await network.nodeNetwork('oem', 'node9')
    await network.allocate(db)
    const { firewallRules } = await network.allocate(web)
    expect(firewallRules.map(({ dstPort, proto }) => `${dstPort}/${proto}`)).toEqual(['5432/tcp', '9001-9002/udp'])
  })

  it('need no rule inside one network', async () => {
    const { network } = new Scene()
    await network.allocate({ ...db, networkId: 'oem' })
    expect((await network.allocate(web)).firewallRules).toEqual([])
  })

  it('that wait for their target are told once it comes, and once only', async () => {
    const s = new Scene()
    expect((await s.network.allocate(web)).firewallRules).toEqual([])
    const heard = s.heard('node1')
    await s.network.allocate(db)
    await s.network.allocate(db)
    expect(heard).toEqual([{ ident: ident('web'), firewallRules: rules }])
  })

  it('are owed to a node that does not listen', async () => {
    const s = new Scene()
    await s.network.allocate(web)
    await s.network.allocate(db)
    expect(s.heard('node1')).toEqual([{ ident: ident('web'), firewallRules: rules }])
    expect(s.heard('node1')).toEqual([])
  })

  it('are put right after a node was away, and what it lost is released', async () => {
    const s = new Scene()
    await s.network.allocate(web)
    await s.network.allocate(request('gone'))
    await s.network.allocate(db)
    s.network = s.started()
    const heard = s.heard('node1')
    s.network.sync('node1', [
      { ident: ident('web'), networkId: 'oem', ip: '172.18.0.1', firewallRules: rules.slice(0, 1) },
    ])
    expect(heard).toEqual([{ ident: ident('web'), firewallRules: rules.slice(1) }])
    expect(s.hosts).not.toContain('gone')
    expect(s.hosts).toContain('driver.db')
  })
})

describe('a node that only reaches into a network', () => {
  it('is part of it, by an address of it, until it needs it no more', async () => {
    const s = new Scene()
    const web = request('web', { allowedConnections: ['db/5432/tcp'] })
    await s.network.nodeNetwork('oem', 'node1')
    await s.network.allocate(request('db', { networkId: 'sp', nodeId: 'node2', exposedPorts: ['5432/tcp'] }))
    const { ip, firewallRules } = await s.network.allocate(web)
    const leg = await s.network.networkAt(firewallRules[0]?.dstIp ?? '', 'node1')
    expect(leg).toEqual(await s.network.nodeNetwork('sp', 'node1'))
    const held = { ident: web.ident, networkId: 'oem', ip, firewallRules }
    s.network.sync('node1', [held])
    expect(await s.network.networkAt(leg.ip, 'node1')).toEqual(leg)
    s.network.sync('node1', [])
    expect((await s.network.nodeNetwork('sp', 'node3')).ip).toBe(leg.ip)
    await expect(s.network.networkAt('10.0.0.1', 'node1')).rejects.toMatchObject({ code: 'wrong_state' })
  })
})

it('routes are read as the kernel writes them', async () => {
  const files = new FakeFiles()
  await files.replace(
    '/proc/net/route',
    [
      'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
      '',
    ].join('\n'),
  )
  expect((await hostRoutes(files)).map(subnetText)).toEqual(['172.17.0.0/16'])
})

it('addresses survive being written and read', () => {
  fc.assert(fc.property(fc.nat(2 ** 32 - 1), (address) => addressOf(addressText(address)) === address))
})

it('no two of whatever is allocated share an address', async () => {
  const step = fc.record({ item: fc.nat(5), network: fc.nat(2), node: fc.nat(2), release: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { network } = new Scene()
      const addresses = new Map<string, string>()
      for (const { item, network: net, node, release } of steps) {
        const one = request(`i${item}`, { networkId: `n${net}`, nodeId: `node${node}` })
        const inNetwork = await network.nodeNetwork(one.networkId, one.nodeId)
        addresses.set(`${one.networkId} ${one.nodeId}`, inNetwork.ip)
        addresses.set(one.ident.itemId, (await network.allocate(one)).ip)
        if (!release) continue
        network.releaseInstance(one.ident, one.nodeId)
        addresses.delete(one.ident.itemId)
      }
      expect(new Set(addresses.values()).size).toBe(addresses.size)
    }),
    { numRuns: 50 },
  )
})
