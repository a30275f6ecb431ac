import { createLog, systemClock } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { FakeFiles } from '@windlass/platform/fakes'
import { grpc } from '@windlass/platform/grpc'
import { identityMethods, identityOrderMethods } from '@windlass/wire/aoscore'
import { afterEach, expect, it } from 'vitest'
import { serve } from '../servers.ts'
import { answerProtected, answerPublic } from './identity-server.ts'
import { KeyStore } from './key-store.ts'
import { keepRegistered } from './node-client.ts'
import { NodeIdentity } from './node-identity.ts'
import { NodeRecords } from './node-records.ts'
import { aNode } from './test-unit.ts'
import { UnitAuthority } from './unit-authority.ts'
import { UnitIdentity } from './unit-identity.ts'

const log = createLog([], Date.now)
const clock = systemClock
const stops: AbortController[] = []
const stopper = () => {
  const stop = new AbortController()
  stops.push(stop)
  return stop
}
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort()
})

async function openNode(files: FakeFiles, nodeId: string, attrs: Record<string, string>) {
  const dnsNames = { iam: ['localhost'] }
  const keys = await KeyStore.open({ files, clock, folder: `/${nodeId}/keys`, dnsNames })
  return NodeIdentity.open({ node: aNode(nodeId, attrs), systemId: 'unit-77', keys, files, folder: `/${nodeId}`, log })
}

/** The main node's ports, over real gRPC with real certificates. */
async function servedUnit() {
  const files = new FakeFiles()
  const own = await openNode(files, 'main', { MainNode: '', AosComponents: 'cm,iam,sm' })
  const authority = await UnitAuthority.open(files, '/main/keys', 'unit-77', clock)
  const system = { systemId: 'unit-77', unitModel: 'model', version: '1.0.0' }
  const records = new NodeRecords(openDatabase(':memory:'))
  const unit = await UnitIdentity.open({ own, system, authority, records, clock, log })
  const ports: Record<'public' | 'protected', number[]> = { public: [], protected: [] }
  const heard = createLog(
    [
      ({ text, fields }) =>
        text === 'listening' && ports[String(fields['server']) as 'public'].push(Number(fields['port'])),
    ],
    Date.now,
  )
  const address = '127.0.0.1:0'
  const certificate = 'iam'
  void serve(
    [
      { name: 'public', certificate, address, asks: false, register: answerPublic(unit, own) },
      { name: 'protected', certificate, address, register: answerProtected(unit, own) },
    ],
    { rpc: grpc, clock, log: heard, identity: unit },
    stopper().signal,
  )
  await expect.poll(() => ports.public.length + ports.protected.length, { timeout: 10_000 }).toBe(2)
  const addresses = {
    publicAddress: `localhost:${ports.public[0]}`,
    protectedAddress: `localhost:${ports.protected[0]}`,
  }
  return { files, unit, own, authority, addresses, ports }
}

it('the public port shows a certificate and asks for none; the protected one refuses who has none', async () => {
  const { authority, unit, addresses } = await servedUnit()
  const nameless = { ca: authority.certificate }
  const client = grpc.connect(addresses.publicAddress, nameless)
  expect(await client.call(identityMethods.systemInfo, {})).toMatchObject({ systemId: 'unit-77' })
  client.close()
  const stranger = grpc.connect(addresses.protectedAddress, nameless)
  const soon = AbortSignal.timeout(3000)
  await expect(stranger.call(identityMethods.systemInfo, {}, soon)).rejects.toThrow()
  stranger.close()
  const cm = unit.tlsFor('cm')
  const friend = grpc.connect(addresses.protectedAddress, cm ?? null)
  expect(await friend.call(identityOrderMethods.resume, { kind: 'resume', nodeId: '' })).toMatchObject({
    error: { aosCode: 9 },
  })
  friend.close()
}, 30_000)

it('a new node is taken in, and comes back with its own certificate', async () => {
  const { files, authority, unit, addresses } = await servedUnit()
  const node = await openNode(files, 'node-b', { AosComponents: 'iam,sm' })
  const main = { ...addresses, publicTls: { ca: authority.certificate } }
  void keepRegistered({ node, rpc: grpc, main, clock, log }, stopper().signal)
  const known = () => unit.nodeInfos().find(({ nodeId }) => nodeId === 'node-b')
  await expect.poll(known, { timeout: 15_000 }).toMatchObject({ state: 'unprovisioned', connected: true })
  await unit.provision('node-b')
  await expect.poll(known, { timeout: 15_000 }).toMatchObject({ state: 'provisioned', connected: true })
  await unit.setNodeState('node-b', 'paused')
  expect(node.info().state).toBe('paused')
  // What one node orders of another is refused, and of itself it is not.
  const client = grpc.connect(addresses.protectedAddress, node.keys.tls('iam') ?? null)
  const order = { kind: 'deprovision', nodeId: 'main', password: '' } as const
  await expect(client.call(identityOrderMethods.deprovision, order)).rejects.toThrow(
    'expected the certificate of node main, got that of node node-b',
  )
  await client.call(identityOrderMethods.resume, { kind: 'resume', nodeId: 'node-b' })
  expect(node.info().state).toBe('provisioned')
  client.close()
}, 60_000)

it('C22 a new certificate of type iam: both ports begin again with it', async () => {
  const { unit, own, ports } = await servedUnit()
  await unit.certify(own.nodeId)
  await expect.poll(() => [ports.public.length, ports.protected.length], { timeout: 15_000 }).toEqual([2, 2])
}, 30_000)
