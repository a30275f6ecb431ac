import type { FirewallUpdate, HeldAddress, NodeInfo } from '@windlass/model/unit'
import { createLog, type MutualTls, type RpcClient, type RpcServer } from '@windlass/platform'
import { FakeClock, FakeFiles } from '@windlass/platform/fakes'
import { grpc } from '@windlass/platform/grpc'
import { type Authority, issue, makeAuthority, makeRequest, newKey, readRequest } from '@windlass/trust/certificates'
import { networkMethods, serviceManagerMethods } from '@windlass/wire/aoscore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Networks } from '../ports.ts'
import { answerNodes } from './answer-nodes.ts'
import { UnitConfigFile } from './unit-config-file.ts'
import { UnitNodes } from './unit-nodes.ts'

const yearMs = 31_536_000_000
const log = createLog([], () => 0)
const ident = { itemId: 'i', subjectId: 's', index: 0, type: 'service' as const, preinstalled: false }

const named = ['localhost', '127.0.0.1']

async function tlsOf(authority: Authority, commonName: string, dnsNames = named): Promise<MutualTls> {
  const key = await newKey('ec')
  const wanted = await readRequest(await makeRequest(key, { commonName, dnsNames }))
  return { key, cert: await issue(authority, wanted, Date.now(), yearMs), ca: authority.certificate }
}

function node(nodeId: string): NodeInfo & { connected: boolean } {
  const os = { os: 'linux', features: [] }
  const empty = { cpus: [], partitions: [], attrs: {}, state: 'provisioned' as const, connected: true }
  return { nodeId, nodeType: 'main', title: nodeId, maxDmips: 1, totalRam: 1, os, ...empty }
}

const networks: Networks = {
  nodeNetwork: async () => ({ subnet: '172.17.0.0/16', ip: '172.17.0.1', vlanId: 7 }),
  networkAt: async () => ({ subnet: '172.18.0.0/16', ip: '172.18.0.1', vlanId: 8 }),
  allocate: async () => ({ subnet: '172.17.0.0/16', ip: '172.17.0.2', dnsServers: ['10.0.0.100'], firewallRules: [] }),
  releaseInstance: () => Promise.reject(new Error('never allocated')),
  releaseNode: async () => {},
  sync: async () => {},
  async *addresses(): AsyncIterable<readonly HeldAddress[]> {
    yield [{ ident, networkId: 'oem', ip: '172.17.0.2', firewallRules: [] }]
  },
  async *updates(): AsyncIterable<FirewallUpdate> {
    yield { ident, firewallRules: [{ dstIp: '172.18.0.2', dstPort: '80', proto: 'tcp', srcIp: '172.17.0.2' }] }
  },
}

describe('the unit’s server for its nodes, by gRPC with certificates on both sides', () => {
  let nodes: UnitNodes
  let server: RpcServer
  let authority: Authority
  let client: RpcClient
  const clients: RpcClient[] = []

  async function connectAs(commonName: string): Promise<RpcClient> {
    const made = grpc.connect(`localhost:${server.port}`, await tlsOf(authority, commonName))
    clients.push(made)
    return made
  }

  beforeAll(async () => {
    authority = await makeAuthority('unit-77', Date.now(), yearMs)
    const infos = [node('node1'), node('node2')]
    const identity = { nodeInfos: () => infos, watchNodes: () => () => {}, setNodeState: async () => {} }
    const config = await UnitConfigFile.open(new FakeFiles(), '/aos_unit.cfg')
    nodes = new UnitNodes({ identity, config, clock: new FakeClock(), log })
    const images = {
      blobUrl: async (digest: string) => (digest === 'sha256:none' ? undefined : `http://cm:8094/${digest}`),
    }
    server = await grpc.listen('127.0.0.1:0', await tlsOf(authority, 'cm'), answerNodes({ nodes, images, networks }))
    client = await connectAs('node1')
  })

  afterAll(async () => {
    for (const one of clients) one.close()
    await server.close()
  })

  it('is trusted by its address only where its certificate names that', async () => {
    const other = await grpc.listen('127.0.0.1:0', await tlsOf(authority, 'cm', ['localhost']), () => {})
    const byAddress = async ({ port }: RpcServer) => {
      const made = grpc.connect(`127.0.0.1:${port}`, await tlsOf(authority, 'node1'))
      clients.push(made)
      return made.call(serviceManagerMethods.blobUrls, ['sha256:a'])
    }
    await expect(byAddress(server)).resolves.toEqual(['http://cm:8094/sha256:a'])
    await expect(byAddress(other)).rejects.toThrow(/altnames/)
    await other.close()
  })

  it('I17 blobs are named in the order in which they were asked for', async () => {
    await expect(client.call(serviceManagerMethods.blobUrls, ['sha256:b', 'sha256:a'])).resolves.toEqual([
      'http://cm:8094/sha256:b',
      'http://cm:8094/sha256:a',
    ])
  })

  it('I18 one that is not here fails the call', async () => {
    await expect(client.call(serviceManagerMethods.blobUrls, ['sha256:a', 'sha256:none'])).rejects.toMatchObject({
      name: 'RpcError',
      message: 'expected a blob of this unit, got sha256:none',
    })
  })

  it('L20 a node with its own certificate is greeted', async () => {
    const link = client.open(serviceManagerMethods.register)
    link.send({ kind: 'sm_info', nodeId: 'node1', runtimes: [], resources: [] })
    const orders = link[Symbol.asyncIterator]()
    await expect(orders.next()).resolves.toEqual({
      done: false,
      value: { kind: 'cloud_connection', connected: false },
    })
    expect(nodes.list()[0]?.isConnected).toBe(true)
    link.close()
    await expect(orders.next()).resolves.toMatchObject({ done: true })
  })

  it('W22 a node with the certificate of another one is refused', async () => {
    const link = (await connectAs('node2')).open(serviceManagerMethods.register)
    link.send({ kind: 'sm_info', nodeId: 'node1', runtimes: [], resources: [] })
    await expect(link[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'refused' })
    const ask = { networkId: 'net', nodeId: 'node1' }
    await expect((await connectAs('node2')).call(networkMethods.nodeNetwork, ask)).rejects.toMatchObject({
      code: 'refused',
    })
  })

  it('W30 nobody comes in without a certificate of this unit', async () => {
    const other = await makeAuthority('unit-77', Date.now(), yearMs)
    const { key, cert } = await tlsOf(other, 'node1')
    const stranger = grpc.connect(`localhost:${server.port}`, { key, cert, ca: authority.certificate })
    const naked = grpc.connect(`localhost:${server.port}`, null)
    clients.push(stranger, naked)
    for (const one of [stranger, naked]) {
      await expect(one.call(serviceManagerMethods.blobUrls, ['sha256:a'])).rejects.toMatchObject({
        code: 'unavailable',
      })
    }
  })

  it('networks are asked for, and what goes wrong is told inside the answer', async () => {
    const wish = {
      ident,
      networkId: 'net',
      nodeId: 'node1',
      hosts: [],
      allowedConnections: [],
      exposedPorts: ['80/tcp'],
    }
    await expect(client.call(networkMethods.nodeNetwork, { networkId: 'net', nodeId: 'node1' })).resolves.toEqual({
      value: { subnet: '172.17.0.0/16', ip: '172.17.0.1', vlanId: 7 },
    })
    await expect(client.call(networkMethods.allocate, wish)).resolves.toMatchObject({ value: { ip: '172.17.0.2' } })
    await expect(client.call(networkMethods.releaseInstance, { ident, nodeId: 'node1' })).resolves.toEqual({
      error: { aosCode: 1, exitCode: 0, message: 'never allocated' },
    })
    await expect(client.call(networkMethods.releaseNode, { networkId: 'net', nodeId: 'node1' })).resolves.toEqual({
      value: true,
    })
    await expect(client.call(networkMethods.sync, { nodeId: 'node1', held: [] })).resolves.toEqual({ value: true })
  })

  it('firewall rules that come later are told', async () => {
    const seen: FirewallUpdate[] = []
    for await (const update of client.feed(networkMethods.updates, 'node1')) seen.push(update)
    expect(seen).toMatchObject([{ ident, firewallRules: [{ dstPort: '80' }] }])
  })
})
