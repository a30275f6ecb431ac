import { X509Certificate } from 'node:crypto'
import { checkChain } from '@windlass/trust/certificates'
import { identityMethods, identityOrderMethods } from '@windlass/wire/aoscore'
import { describe, expect, it } from 'vitest'
import { FakeIdentity } from './fake-identity.ts'
import { testIdentity } from './identity.contract.ts'
import { answerNode } from './identity-server.ts'
import { aNode, testUnit } from './test-unit.ts'

const b = { ...aNode('node-b', { AosComponents: 'iam,sm' }) }
const stateOf = ({ unit }: Awaited<ReturnType<typeof testUnit>>, nodeId = 'node-b') => {
  const node = unit.nodeInfos().find((one) => one.nodeId === nodeId)
  return node && [node.state, node.connected]
}
/** Key generation happens outside of the fake clock. */
const settled = (clock: { advance(ms: number): Promise<void> }, what: () => unknown) =>
  expect.poll(async () => (await clock.advance(0), what()), { timeout: 20_000 })

testIdentity('FakeIdentity', async () => {
  const identity = new FakeIdentity()
  const tell = (state: 'provisioned', connected: boolean) => identity.setNode({ ...b, state, connected })
  return {
    identity,
    comes: async (state) => tell(state as 'provisioned', true),
    leaves: async () => tell('provisioned', false),
    setSubjects: (subjects) => identity.setSubjects(subjects),
  }
})

testIdentity('UnitIdentity', async () => {
  const { unit, startNode, rpc, clock } = await testUnit()
  return {
    identity: unit,
    comes: async (state) => {
      const { node } = await startNode()
      if (state === 'provisioned') await node.moveTo('provisioned')
      await clock.advance(0)
    },
    leaves: async () => {
      rpc.cut('main:8089')
      await clock.advance(0)
    },
    setSubjects: (subjects) => unit.setSubjects(subjects),
  }
})

describe('the main node', () => {
  it('has certificates of its own authority for its parts, and is provisioned', async () => {
    const made = await testUnit()
    const { unit, authority } = made
    expect(stateOf(made, 'main')).toEqual(['provisioned', true])
    for (const type of ['cm', 'sm', 'iam'] as const) {
      const tls = unit.tlsFor(type)
      expect(tls?.ca).toBe(authority.certificate)
      const holder = await checkChain(tls?.cert ?? '', {
        roots: tls?.ca ?? '',
        key: tls?.key ?? '',
        atMs: made.clock.now(),
      })
      expect(holder.subject).toBe('CN=main')
    }
    expect(new X509Certificate(unit.tlsFor('cm')?.cert ?? '').subjectAltName).toBe('DNS:aoscm')
    expect([unit.tlsFor('um'), unit.tlsFor('online')]).toEqual([undefined, undefined])
  })

  it('keeps them, its authority and what it knows of nodes over a restart', async () => {
    const first = await testUnit()
    const { node } = await first.startNode()
    await node.moveTo('provisioned')
    await first.clock.advance(0)
    const again = await testUnit(first)
    expect(again.unit.tlsFor('cm')).toEqual(first.unit.tlsFor('cm'))
    expect(stateOf(again)).toEqual(['provisioned', false])
    again.unit.forget('node-b')
    expect(stateOf(again)).toBeUndefined()
    expect(stateOf(await testUnit(first))).toBeUndefined()
  })

  it('C22 renews certificates a month before they end, and says so', async () => {
    const { unit, clock } = await testUnit()
    const before = unit.tlsFor('cm')
    const renewed: string[] = []
    unit.watchCertificates((type) => renewed.push(type))
    const stop = new AbortController()
    void unit.maintain(stop.signal)
    await clock.advance(600 * 86_400_000)
    expect(renewed).toEqual([])
    await clock.advance(110 * 86_400_000)
    await settled(clock, () => renewed.toSorted().join()).toBe('cm,iam,sm')
    expect(unit.tlsFor('cm')).not.toEqual(before)
    stop.abort()
  })
})

describe('another node', () => {
  it('is taken in: its keys made there, certificates of the unit, then the protected port', async () => {
    const made = await testUnit()
    const { unit, startNode, clock, files } = made
    const { node } = await startNode()
    expect(stateOf(made)).toEqual(['unprovisioned', true])
    const done = unit.provision('node-b')
    await settled(clock, () => stateOf(made)).toEqual(['provisioned', true])
    await done
    await clock.advance(10_000)
    const held = node.keys.tls('sm')
    expect(new X509Certificate(held?.cert ?? '').subject).toBe('CN=node-b')
    expect(node.keys.tls('cm')).toBeUndefined()
    expect((await files.facts('/node-b/keys'))?.mode).toBe(0o700)
    await unit.setNodeState('node-b', 'paused')
    expect([node.info().state, stateOf(made)]).toEqual(['paused', ['paused', true]])
  })

  it('C19 is not linked on the public port when it says that it is provisioned', async () => {
    const made = await testUnit()
    const stream = made.stream('public')
    stream.send({ kind: 'node_info', node: { ...b, state: 'provisioned' } })
    await made.clock.advance(0)
    expect(stateOf(made)).toBeUndefined()
    await expect(made.unit.setNodeState('node-b', 'paused')).rejects.toMatchObject({ code: 'node_away' })
    stream.send({ kind: 'node_info', node: { ...b, state: 'unprovisioned' } })
    await made.clock.advance(0)
    expect(stateOf(made)).toEqual(['unprovisioned', true])
  })

  it('W22 does not speak for another one, nor for the main one', async () => {
    const made = await testUnit()
    for (const nodeId of ['node-b', 'node-c']) {
      const { node } = await made.startNode(nodeId)
      await node.moveTo('provisioned')
      await made.clock.advance(0)
    }
    made.rpc.cut('main:8089')
    await made.clock.advance(0)
    const stream = made.stream('protected', 'node-c')
    stream.send({ kind: 'node_info', node: { ...b, state: 'paused' } })
    stream.send({ kind: 'node_info', node: { ...b, nodeId: 'main', state: 'paused' } })
    await made.clock.advance(0)
    expect([stateOf(made), stateOf(made, 'main')]).toEqual([
      ['provisioned', false],
      ['provisioned', true],
    ])
  })

  it('is not made new again by a stranger on the public port', async () => {
    const made = await testUnit()
    const { node } = await made.startNode()
    await node.moveTo('provisioned')
    await made.clock.advance(0)
    made.stream('public').send({ kind: 'node_info', node: { ...b, state: 'unprovisioned' } })
    await made.clock.advance(0)
    expect(stateOf(made)).toEqual(['provisioned', true])
  })

  it('W27 stays as it is when it answers that it could not', async () => {
    const made = await testUnit()
    const stream = made.stream('protected')
    stream.send({ kind: 'node_info', node: { ...b, state: 'provisioned' } })
    await made.clock.advance(0)
    const refused = expect(made.unit.setNodeState('node-b', 'paused')).rejects.toThrow('disk is full')
    await made.clock.advance(0)
    // W29: an error with exit code 0 is an error.
    stream.send({
      kind: 'answer',
      answer: { kind: 'pause', error: { aosCode: 1, exitCode: 0, message: 'disk is full' } },
    })
    await made.clock.advance(0)
    await refused
    expect(stateOf(made)).toEqual(['provisioned', true])
  })

  it('C21 that does not answer a provisioning: an error after three times five minutes', async () => {
    const made = await testUnit()
    made.stream('public').send({ kind: 'node_info', node: { ...b, state: 'unprovisioned' } })
    await made.clock.advance(0)
    const refused = expect(made.unit.provision('node-b')).rejects.toMatchObject({ code: 'node_away' })
    await made.clock.advance(3 * 300_000 + 2 * 10_000 - 1)
    expect(stateOf(made)).toEqual(['unprovisioned', true])
    await made.clock.advance(1)
    await refused
  })

  it('is heard on its newest stream; the end of an older one does not matter', async () => {
    const made = await testUnit()
    const older = made.stream('public')
    older.send({ kind: 'node_info', node: { ...b, state: 'unprovisioned' } })
    await made.clock.advance(0)
    made.stream('public').send({ kind: 'node_info', node: { ...b, state: 'unprovisioned' } })
    await made.clock.advance(0)
    older.close()
    await made.clock.advance(0)
    expect(stateOf(made)).toEqual(['unprovisioned', true])
  })

  it('C18 has none of the main one\u2019s services', async () => {
    const { rpc, openNode } = await testUnit()
    const node = await openNode('node-b', { AosComponents: 'iam,sm' })
    await rpc.listen('node-b:8089', null, answerNode(node))
    const client = rpc.connect('node-b:8089', null)
    expect(await client.call(identityMethods.apiVersion, {})).toBe(6)
    expect(await client.call(identityMethods.currentNode, {})).toMatchObject({ nodeId: 'node-b' })
    const unimplemented = { code: 'unimplemented' }
    await expect(client.call(identityMethods.nodeIds, {})).rejects.toMatchObject(unimplemented)
    const { pause, create_key: createKey, start_provisioning: start } = identityOrderMethods
    await expect(client.call(pause, { kind: 'pause', nodeId: '' })).rejects.toMatchObject(unimplemented)
    const key = { kind: 'create_key', nodeId: '', type: 'sm', subject: '', password: '' } as const
    await expect(client.call(createKey, key)).rejects.toMatchObject(unimplemented)
    const order = { kind: 'start_provisioning', nodeId: '', password: '' } as const
    await expect(client.call(start, order)).rejects.toMatchObject(unimplemented)
  })
})

describe('the ports of the main node', () => {
  it('say who the unit and its nodes are', async () => {
    const { rpc, unit, startNode } = await testUnit()
    await startNode()
    unit.setSubjects(['driver'])
    const client = rpc.connect('main:8090', null)
    expect(await client.call(identityMethods.systemInfo, {})).toEqual(unit.system())
    expect(await client.call(identityMethods.subjects, {})).toEqual(['driver'])
    expect(await client.call(identityMethods.nodeIds, {})).toEqual(['main', 'node-b'])
    expect(await client.call(identityMethods.nodeInfo, 'node-b')).toMatchObject({ state: 'unprovisioned' })
    await expect(client.call(identityMethods.nodeInfo, 'node-z')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('say where certificates are, and when there are new ones', async () => {
    const { rpc, unit, own, clock } = await testUnit()
    const client = rpc.connect('main:8090', null)
    const asked = { type: 'cm', issuer: new Uint8Array(), serial: '' }
    const { certUrl, serial } = await client.call(identityMethods.cert, asked)
    expect([certUrl, serial.length]).toEqual(['file:///main/keys/cm.pem', 32])
    await expect(client.call(identityMethods.cert, { ...asked, serial: 'ff' })).rejects.toMatchObject({
      code: 'not_found',
    })
    const changes = client.feed(identityMethods.certChanged, 'cm')[Symbol.asyncIterator]()
    const next = changes.next()
    await clock.advance(0)
    await unit.certify(own.nodeId)
    const { value } = await next
    expect([value?.type, value?.serial === serial]).toEqual(['cm', false])
  })

  it('tell of nodes that change', async () => {
    const { rpc, startNode, clock } = await testUnit()
    const changes = rpc.connect('main:8090', null).feed(identityMethods.nodeChanged, {})[Symbol.asyncIterator]()
    const next = changes.next()
    await clock.advance(0)
    await startNode()
    expect((await next).value).toMatchObject({ nodeId: 'node-b', state: 'unprovisioned' })
  })

  it('C20 answer a wrong state in the response, and a missing node with INTERNAL', async () => {
    const { rpc } = await testUnit()
    const client = rpc.connect('main:8089', null)
    const { pause, resume } = identityOrderMethods
    expect(await client.call(resume, { kind: 'resume', nodeId: '' })).toMatchObject({ error: { aosCode: 9 } })
    expect(await client.call(pause, { kind: 'pause', nodeId: 'main' })).toEqual({ kind: 'pause' })
    expect(await client.call(pause, { kind: 'pause', nodeId: 'main' })).toMatchObject({ error: { aosCode: 9 } })
  })
})

it('a crowd on the public port is let in up to a bound, and forgotten when it leaves', async () => {
  const made = await testUnit()
  const streams = Array.from({ length: 70 }, (_, n) => {
    const stream = made.stream('public')
    stream.send({ kind: 'node_info', node: { ...b, nodeId: `node-${n}`, state: 'unprovisioned' } })
    return stream
  })
  made.stream('public').send({ kind: 'node_info', node: { ...b, nodeId: 'n'.repeat(300), state: 'unprovisioned' } })
  await made.clock.advance(0)
  expect(made.unit.nodeInfos().length).toBe(64)
  for (const stream of streams) stream.close()
  await made.clock.advance(0)
  expect(made.unit.nodeInfos().map(({ nodeId }) => nodeId)).toEqual(['main'])
})
