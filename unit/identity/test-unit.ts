import type { NodeInfo } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { FakeClock, FakeFiles, FakeRpc } from '@windlass/platform/fakes'
import { identityMethods } from '@windlass/wire/aoscore'
import { answerProtected, answerPublic } from './identity-server.ts'
import { KeyStore } from './key-store.ts'
import { keepRegistered } from './node-client.ts'
import { NodeIdentity } from './node-identity.ts'
import { NodeRecords } from './node-records.ts'
import { UnitAuthority } from './unit-authority.ts'
import { UnitIdentity } from './unit-identity.ts'

export const aNode = (nodeId: string, attrs: Record<string, string>): Omit<NodeInfo, 'state'> => ({
  nodeId,
  nodeType: 'type',
  title: nodeId,
  maxDmips: 1000,
  totalRam: 1024,
  os: { os: 'linux', features: [] },
  cpus: [],
  partitions: [],
  attrs,
})

/** A main node and, on demand, another one, in one process; for tests. Restart with the same `files` and `db`. */
export async function testUnit({ files = new FakeFiles(), db = openDatabase(':memory:') } = {}) {
  const clock = new FakeClock()
  const rpc = new FakeRpc()
  const lines: string[] = []
  const log = createLog([({ text }) => lines.push(text)], () => clock.now())
  const openNode = async (nodeId: string, attrs: Record<string, string>) => {
    const folder = `/${nodeId}`
    const keys = await KeyStore.open({ files, clock, folder: `${folder}/keys`, dnsNames: { cm: ['aoscm'] } })
    return NodeIdentity.open({ node: aNode(nodeId, attrs), systemId: 'unit-77', keys, files, folder, log })
  }
  const own = await openNode('main', { MainNode: '', AosComponents: 'cm, iam, sm' })
  const authority = await UnitAuthority.open(files, '/main/keys', 'unit-77', clock)
  const records = new NodeRecords(db)
  const system = { systemId: 'unit-77', unitModel: 'model', version: '1.0.0' }
  const unit = await UnitIdentity.open({ own, system, authority, records, clock, log })
  await rpc.listen('main:8090', null, answerPublic(unit, own))
  await rpc.listen('main:8089', null, answerProtected(unit, own))
  const main = { publicAddress: 'main:8090', protectedAddress: 'main:8089', publicTls: null }
  return {
    clock,
    rpc,
    lines,
    log,
    files,
    db,
    own,
    unit,
    authority,
    openNode,
    /** Node `node-b`, as its own programs run it. */
    async startNode(nodeId = 'node-b') {
      const node = await openNode(nodeId, { AosComponents: 'iam,sm,um' })
      const stop = new AbortController()
      void keepRegistered({ node, rpc, main, clock, log }, stop.signal)
      await clock.advance(0)
      return { node, stop: () => stop.abort() }
    },
    /** A stream of whoever says that he is `peerName`. */
    stream(port: 'public' | 'protected', peerName?: string) {
      const address = port === 'public' ? main.publicAddress : main.protectedAddress
      const tls = peerName === undefined ? null : { key: '', cert: peerName, ca: '' }
      return rpc.connect(address, tls).open(identityMethods.registerNode)
    },
  }
}
