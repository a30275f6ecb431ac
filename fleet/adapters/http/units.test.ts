import { createHash, X509Certificate } from 'node:crypto'
import { connect } from 'node:net'
import { createLog, nodeHttp } from '@windlass/platform'
import { FakeClock, SeededRandom } from '@windlass/platform/fakes'
import { issue, makeAuthority, makeRequest, newKey, readRequest } from '@windlass/trust/certificates'
import { decodeEnrolled, decodeOrder, encodeDiscoveryRequest, encodeEnrolment } from '@windlass/wire/aoscore-cloud'
import { operatorClient } from '@windlass/wire/operator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { localBus } from '../../bus/local-bus.ts'
import { BlobTickets } from '../../identity/blob-tickets.ts'
import { newClaim, SocketTokens } from '../../identity/claims.ts'
import { newUnitAuthority, UnitAuthority } from '../../identity/unit-authority.ts'
import { packageShelf } from '../../packages/shelf.ts'
import { fakePeople } from '../../people/fake-people.ts'
import { memoryLines } from '../../processes/lines.ts'
import { memoryShared } from '../../processes/shared.ts'
import { memoryStore } from '../../store/memory-store.ts'
import { eventHub } from '../../telemetry/events.ts'
import { memoryUnitStore } from '../../units/memory-unit-store.ts'
import { unitRolloutRound } from '../../units/rollouts/round.ts'
import { UnitOffice } from '../../units/unit-office.ts'
import { folderBlobs } from '../folder-blobs.ts'
import { folderPackages } from '../folder-packages.ts'
import { Front } from './front.ts'
import { fleetServer } from './server.ts'
import { testFolder } from './test-fleet.ts'
import { bytesOf, digestOf, enrolled, online, postTo, published } from './test-unit.ts'

async function listening(tls: { cert: string; key: string } | null = null) {
  const folder = await testFolder()
  const [clock, random, events, log] = [
    new FakeClock(tls ? { now: Date.now() } : {}),
    new SeededRandom(1),
    eventHub(),
    createLog([], () => 0),
  ]
  const [store, units] = [memoryStore(), memoryUnitStore()]
  const now = () => clock.now()
  const files = await folderPackages(`${folder}/packages`, { random, clock, alone: true })
  const rules = { trustedKeys: [], maxUploadBytes: 1e6, checkMetadata: () => undefined }
  const authority = new UnitAuthority(await newUnitAuthority(now()), now)
  const tokens = new SocketTokens(random.bytes(32), now)
  const tickets = new BlobTickets(random.bytes(32), now)
  const officePorts = { store: units, bus: localBus(), lines: memoryLines(), tickets, me: 'alone', clock, log, events }
  const office = new UnitOffice(officePorts)
  const rolloutPorts = { ...officePorts, office }
  const claims = { store: units, random, authority, now }
  const app = fleetServer(
    {
      store,
      people: fakePeople(),
      files,
      events,
      clock,
      log,
      shelf: packageShelf({ store, files, clock, events, log, shared: memoryShared() }, rules as never),
      units: {
        store: units,
        blobs: await folderBlobs(`${folder}/blobs`, { random, clock, alone: true }),
        office,
        claims,
        tokens,
        tickets,
        maxUploadBytes: 1_000_000,
      },
    },
    { gate: { token: null, loopback: true }, secure: tls !== null, resumeQuirk: false, version: '0' },
  )
  await app.ready()
  const front = new Front(tls)
  front.serve(null, { app, authority: authority.certificate })
  const port = await front.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    await app.close()
    await front.close()
  })
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
  return {
    url,
    post: (path: string, body: string) => postTo(url, path, body),
    clock,
    authority,
    client: operatorClient({ url }),
    app,
    units,
    claims,
    tokens,
    rolloutPorts,
  }
}

describe('a unit and its fleet', () => {
  it('over TLS shows a certificate that counts: not one that was revoked, nor one of before', async () => {
    const server = await makeAuthority('somebody', Date.now() - 1000, 86_400_000)
    const key = await newKey('ec')
    const { publicKey } = await readRequest(await makeRequest(key, { commonName: 'localhost', dnsNames: [] }))
    const wanted = { commonName: 'localhost', dnsNames: ['127.0.0.1', 'localhost'], publicKey }
    const fleet = await listening({ key, cert: await issue(server, wanted, Date.now() - 1000, 86_400_000) })
    const post = async (path: string, body: string, own?: { key: string; cert: string }) => {
      const http = nodeHttp({ ca: server.certificate, ...own })
      const url = `${fleet.url.replace('127.0.0.1', 'localhost')}${path}`
      const answer = await http.send({ url, method: 'POST', body })
      return { status: answer.status, text: new TextDecoder().decode(await answer.bytes(1e6)) }
    }
    const enrol = async () => {
      const { token: claimToken } = await newClaim(fleet.claims, { systemId: 'u1' })
      const key = await newKey('ec')
      const csrs = [{ type: 'online', csr: await makeRequest(key, { commonName: 'u1', dnsNames: [] }) }]
      const { text } = await post('/enrolment', encodeEnrolment({ claimToken, systemId: 'u1', model: 'boat', csrs }))
      return { key, cert: decodeEnrolled(text).chains[0]?.chain ?? '' }
    }
    const discover = async (own?: { key: string; cert: string }) =>
      (await post('/sd/v7/', encodeDiscoveryRequest({ systemId: 'u1', supportedProtocols: ['wss'] }), own)).status
    const first = await enrol()
    expect([await discover(first), await discover()]).toEqual([200, 401])
    await fleet.units.revoke('u1', 0)
    expect(await discover(first)).toBe(403)
    const second = await enrol()
    expect([await discover(first), await discover(second)]).toEqual([403, 200])
  })

  it('is let go when it is revoked, and refused until it enrols again', async () => {
    const fleet = await listening()
    await enrolled(fleet)
    const { socket } = await online(fleet)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const token = fleet.tokens.issue('u1')
    expect(await fleet.client.revokeUnit('u1')).toBe(1)
    await closed
    const request = encodeDiscoveryRequest({ systemId: 'u1', supportedProtocols: ['wss'] })
    const refused = await fleet.post('/sd/v7/', request)
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'unit_revoked' }])
    const address = `${fleet.url.replace('http', 'ws')}/units/v7`
    const again = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } })
    const why = await new Promise((resolve) => again.once('error', (error) => resolve(error.message)))
    expect(why).toBe('Unexpected server response: 403')
    const { token: claimToken } = await fleet.client.claim({ systemId: 'u1' })
    const { enrolment } = await enrolled(fleet, 'u2')
    const enrolling = encodeEnrolment({ ...enrolment, systemId: 'u1', claimToken })
    expect((await fleet.post('/enrolment', enrolling)).status).toBe(200)
    await online(fleet)
    await expect(fleet.client.revokeUnit('nobody')).rejects.toMatchObject({ code: 'unit_unknown' })
  })

  it('enrols once with a claim and gets a certificate in its own name', async () => {
    const fleet = await listening()
    const { answer, chains, enrolment } = await enrolled(fleet)
    expect(answer.status).toBe(200)
    expect(new X509Certificate(chains[0]?.chain ?? '').subject).toBe('CN=u1')
    const again = await fleet.post('/enrolment', encodeEnrolment({ ...enrolment, systemId: 'u2' }))
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([403, 'claim_refused'])
  })

  it('refuses strangers: unknown units, wrong tokens, other paths', async () => {
    const fleet = await listening()
    const asked = await fleet.post('/sd/v7/', encodeDiscoveryRequest({ systemId: 'nobody', supportedProtocols: [] }))
    expect(asked.status).toBe(404)
    const ws = fleet.url.replace('http', 'ws')
    const refusal = (path: string, token: string) =>
      new Promise((resolve) =>
        new WebSocket(ws + path, { headers: { authorization: `Bearer ${token}` } }).on('error', ({ message }) =>
          resolve(message),
        ),
      )
    expect(await refusal('/units/v7', 'a.b')).toMatch('401')
    expect(await refusal('/elsewhere', 'a.b')).toMatch('404')
    expect((await fleet.post('/enrolment', '{"claimToken":1}')).status).toBe(400)
  })

  it('is told its release, finds the blobs, and is seen to arrive', async () => {
    const fleet = await listening()
    await enrolled(fleet)
    const item = await published(fleet.client, '1.0.0')
    const release = await fleet.client.addRelease({
      name: 'spring',
      items: [{ itemId: 'app', version: '1.0.0' }],
      instances: [{ itemId: 'app' }],
    })
    const unit = await online(fleet)
    expect((await fleet.client.setRelease('u1', release.id)).standing).toBe('unheard')
    const order = decodeOrder(await unit.next('desiredStatus'))
    expect(order).toMatchObject({
      kind: 'desired_state',
      desired: { items: [{ itemId: 'app', indexDigest: item.indexDigest }] },
    })

    unit.say({ kind: 'request_blob_urls', correlationId: 'c1', digests: [item.indexDigest] })
    const found = decodeOrder(await unit.next('blobUrls'))
    if (found.kind !== 'blob_urls') throw new Error(found.kind)
    const [source] = found.sources
    const blob = await fetch(source?.urls[0] ?? '', { headers: { range: 'bytes=2-' } })
    expect([found.correlationId, blob.status]).toEqual(['c1', 206])
    const [bare = ''] = source?.urls[0]?.split('?') ?? []
    const stranger = await fetch(bare)
    expect([stranger.status, await stranger.json()]).toEqual([403, expect.objectContaining({ code: 'ticket_refused' })])
    const whole = Buffer.from(await (await fetch(source?.urls[0] ?? '')).arrayBuffer())
    expect(digestOf(whole)).toBe(item.indexDigest)
    expect(Buffer.from(source?.sha3 ?? '').equals(createHash('sha3-256').update(whole).digest())).toBe(true)

    const ident = { itemId: 'app', subjectId: 'unit', index: 0, type: 'service', preinstalled: false } as const
    const instance = {
      ident,
      version: '1.0.0',
      nodeId: 'n',
      runtimeId: 'r',
      manifestDigest: 'm',
      state: 'active',
      envVars: [],
    } as const
    const items = [{ itemId: 'app', type: 'service', version: '1.0.0', state: 'installed' }] as const
    unit.say({ kind: 'unit_status', status: { isDelta: false, items, instances: [instance] } })
    await unit.next('ack')
    await expect.poll(async () => (await fleet.client.unit('u1')).standing).toBe('arrived')
    expect((await fleet.client.units()).units).toMatchObject([
      { id: 'u1', connected: true, release: { name: 'spring' } },
    ])

    // A unit that has arrived is left in peace when it comes again; one that lost what it had is told once more.
    const back = await online(fleet)
    back.say({ kind: 'unit_status', status: { isDelta: false, items, instances: [instance] } })
    await back.next('ack')
    back.say({ kind: 'unit_status', status: { isDelta: false } })
    expect(decodeOrder(await back.next('desiredStatus')).kind).toBe('desired_state')
  })

  it('is brought to a release by a rollout, phase by phase, and back', async () => {
    const fleet = await listening()
    const { client } = fleet
    for (const id of ['u1', 'u2', 'u3']) await enrolled(fleet, id)
    const empty = { items: [], instances: [] }
    const [first, next] = [
      await client.addRelease({ name: 'a', ...empty }),
      await client.addRelease({ name: 'b', ...empty }),
    ]
    for (const id of ['u1', 'u2', 'u3']) await client.setRelease(id, first.id)
    const phases = [{ size: { count: 1 }, gate: { failureLimit: 1 } }]
    const { id } = await client.startUnitRollout({ release: next.id, to: { model: 'boat' }, phases })
    const [one] = (await client.unitRollout(id)).units.filter(({ state }) => state === 'updating')
    expect((await client.unitRollout(id)).counts).toMatchObject({ pending: 2, updating: 1 })

    const unit = await online(fleet, one?.unit)
    await unit.next('desiredStatus')
    unit.say({ kind: 'unit_status', status: { isDelta: false } })
    await unit.next('ack')
    await expect.poll(async () => (await client.unitRollout(id)).counts.updated).toBe(1)
    await unitRolloutRound(fleet.rolloutPorts)
    const opened = await client.unitRollout(id)
    expect([opened.phase, opened.counts.updating, opened.phases.map(({ state }) => state)]).toEqual([
      2,
      2,
      ['passed', 'open'],
    ])

    expect((await client.takeBackUnitRollout(id)).counts).toMatchObject({ rolled_back: 3 })
    expect((await client.units()).units).toMatchObject([first, first, first].map(({ id }) => ({ release: { id } })))
    await expect(client.resumeUnitRollout(id)).rejects.toMatchObject({ code: 'rollout_aborted' })
    await expect(client.unitRollout(99)).rejects.toMatchObject({ code: 'rollout_unknown' })
  })

  it('pauses the rollout that it fails, and is not waited for by others', async () => {
    const fleet = await listening()
    const { client } = fleet
    for (const id of ['u1', 'u2']) await enrolled(fleet, id)
    await published(client, '1.0.0')
    const items = [{ itemId: 'app', version: '1.0.0' }]
    const { id: release } = await client.addRelease({ name: 'a', items, instances: [] })
    const phases = [{ size: { count: 1 }, gate: { failureLimit: 1 } }]
    const { id } = await client.startUnitRollout({ release, to: { all: true }, phases }, 'key')
    expect((await client.startUnitRollout({ release, to: { all: true }, phases }, 'key')).id).toBe(id)
    await expect(client.startUnitRollout({ release, to: { all: true } }, 'key')).rejects.toMatchObject({
      code: 'key_reused',
    })
    const [one] = (await client.unitRollout(id)).units.filter(({ state }) => state === 'updating')
    const unit = await online(fleet, one?.unit)
    await unit.next('desiredStatus')
    const error = { aosCode: 1, exitCode: 0, message: 'no space' }
    const failed = [{ itemId: 'app', type: 'service', version: '1.0.0', state: 'failed', error }] as const
    unit.say({ kind: 'unit_status', status: { isDelta: false, items: failed } })
    await expect.poll(async () => (await client.unitRollout(id)).counts.failed).toBe(1)
    await unitRolloutRound(fleet.rolloutPorts)
    const paused = await client.unitRollout(id)
    expect([paused.status, paused.paused?.reason]).toEqual([
      'paused',
      '1 of phase 1 failed or went back; its limit is 1',
    ])
    await client.resumeUnitRollout(id)
    await unitRolloutRound(fleet.rolloutPorts)
    expect((await client.unitRollout(id)).status).toBe('running')
  })

  it('replaces the socket of a unit that comes again', async () => {
    const fleet = await listening()
    await enrolled(fleet)
    const first = await online(fleet)
    const closed = new Promise((resolve) => first.socket.once('close', (_, why) => resolve(String(why))))
    await online(fleet)
    expect(await closed).toBe('another connection of this unit')
    await expect.poll(async () => (await fleet.client.unit('u1')).connected).toBe(true)
  })
})

describe('items and releases', () => {
  it('refuses bytes that are not what their name says, and keeps nothing of them', async () => {
    const { client } = await listening()
    const digest = digestOf(bytesOf('right'))
    const wrong = {
      body: (async function* () {
        yield bytesOf('wrong')
      })(),
    }
    await expect(client.putBlob(digest, wrong)).rejects.toMatchObject({ code: 'blob_mismatch' })
    expect(await client.hasBlob(digest)).toBe(false)
  })

  it('refuses an item whose blobs are not all there, and another content under the same version', async () => {
    const { client } = await listening()
    const order = { itemId: 'app', type: 'service', version: '1.0.0' } as const
    const missing = { ...order, indexDigest: digestOf(bytesOf('nothing')) }
    await expect(client.addItem(missing)).rejects.toMatchObject({ code: 'blob_unknown' })
    await published(client, '1.0.0')
    const other = await published(client, '1.0.1')
    await expect(client.addItem({ ...order, indexDigest: other.indexDigest })).rejects.toMatchObject({
      code: 'item_differs',
    })
  })

  it('refuses a release of items that nobody put there, naming every place', async () => {
    const { client } = await listening()
    const order = { name: 'x', items: [{ itemId: 'app', version: '9.0.0' }], instances: [{ itemId: 'other' }] }
    await expect(client.addRelease(order)).rejects.toMatchObject({
      code: 'release_invalid',
      errors: [
        'items[0]: expected an item of this fleet, got app 9.0.0',
        "instances[0]: expected one of the release's items, got other",
      ],
    })
  })

  it('keeps what a unit says of itself beside its status', async () => {
    const fleet = await listening()
    await enrolled(fleet)
    const unit = await online(fleet)
    const get = async (what: string) => (await fetch(`${fleet.url}/api/v1/units/u1/${what}`)).json()
    const alert = { kind: 'system', timeMs: 1000, message: 'hot' } as const
    unit.say({ kind: 'alerts', alerts: [{ kind: 'node', nodeId: 'n1', alert }] })
    unit.say({ kind: 'monitoring', monitoring: { nodes: [{ nodeId: 'n1', states: [], usages: [] }], instances: [] } })
    await expect.poll(() => get('monitoring')).toMatchObject({ monitoring: [{ nodes: [{ nodeId: 'n1' }] }] })
    expect(await get('alerts')).toMatchObject({ alerts: [{ alert: { nodeId: 'n1', alert } }] })
    expect(await (await fetch(`${fleet.url}/api/v1/units/none/alerts`)).json()).toMatchObject({ code: 'unit_unknown' })
  })

  it('asks a unit for its log, when it is there', async () => {
    const fleet = await listening()
    await enrolled(fleet)
    await expect(fleet.client.requestLog('u1', {})).rejects.toMatchObject({ code: 'unit_away' })
    const unit = await online(fleet)
    const request = await fleet.client.requestLog('u1', { type: 'system' })
    expect(decodeOrder(await unit.next('requestLog'))).toMatchObject({
      correlationId: request,
      log: { type: 'system' },
    })
    const part = { correlationId: request, part: 1, partCount: 1, data: Buffer.from('gz'), status: 'ok' } as const
    unit.say({ kind: 'push_log', nodeId: 'n1', part })
    const parts = [{ request, nodeId: 'n1', part: 1, partCount: 1, gzip: Buffer.from('gz').toString('base64') }]
    await expect.poll(() => fleet.client.logs('u1')).toMatchObject({ parts, unanswered: [] })
  })

  it('tells a unit which variables are overridden, also when it was away', async () => {
    const fleet = await listening()
    await enrolled(fleet)
    const items = [{ itemId: 'app', variables: [{ name: 'DEBUG', value: '1', till: '2027-01-01T00:00:00.000Z' }] }]
    const url = `${fleet.url}/api/v1/units/u1/env`
    const headers = { 'content-type': 'application/json' }
    const put = await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ items }) })
    expect(await put.json()).toEqual({ items, statuses: null })
    const unit = await online(fleet)
    expect(decodeOrder(await unit.next('overrideEnvVars'))).toMatchObject({
      items: [{ filter: { itemId: 'app' }, variables: [{ name: 'DEBUG', value: '1', ttlMs: Date.UTC(2027, 0, 1) }] }],
    })
    const ident = { itemId: 'app', subjectId: 's', index: 0 }
    unit.say({ kind: 'env_vars_status', statuses: [{ ident, name: 'DEBUG' }] })
    const said = async () => (await fetch(url)).json()
    await expect.poll(said).toEqual({ items, statuses: [{ ...ident, name: 'DEBUG', error: null }] })
  })

  it('lives on when who knocks at the socket without a token resets the connection', async () => {
    const { app, url } = await listening()
    const { port } = new URL(url)
    const refused = new Promise<void>((resolve) => {
      app.server.once('upgrade', (_, socket) => socket.once('close', () => resolve()))
    })
    const socket = connect(Number(port), '127.0.0.1', () => {
      const lines = ['GET /units/v7 HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', '', '']
      socket.write(lines.join('\r\n'), () => socket.resetAndDestroy())
    })
    await refused
    expect((await fetch(url)).status).toBe(200)
  })

  it('sends a unit away, to come again, while its records cannot be read', async () => {
    const fleet = await listening()
    await enrolled(fleet)
    fleet.units.unit = () => Promise.reject(new Error('no database'))
    const closed = new Promise<number>((resolve) => {
      const authorization = `Bearer ${fleet.tokens.issue('u1')}`
      const socket = new WebSocket(`${fleet.url.replace('http', 'ws')}/units/v7`, { headers: { authorization } })
      socket.on('close', resolve)
    })
    expect(await closed).toBe(1011)
    expect((await fetch(fleet.url)).status).toBe(200)
  })
})

describe('labels and groups of units', () => {
  it('say whom lists, counts and rollouts mean', async () => {
    const fleet = await listening()
    for (const id of ['u1', 'u2']) await enrolled(fleet, id)
    const { client, rolloutPorts } = fleet
    await client.addRelease({ name: 'summer', items: [], instances: [] })
    expect(await client.labelUnit('u1', { set: { site: 'Oslo' } })).toMatchObject({
      id: 'u1',
      labels: { site: 'Oslo' },
    })
    expect(await client.labelUnits({ to: { query: 'model = boat' }, set: { ring: '1' } })).toBe(2)
    const east = await client.addUnitGroup({ name: 'east', query: 'label.site=Oslo and id ~ u*' })
    expect(east).toMatchObject({ query: 'label.site = Oslo and id ~ u*', units: 1 })
    expect((await client.units({ group: 'east', query: 'label.ring = 1' })).units.map(({ id }) => id)).toEqual(['u1'])
    expect(await client.countUnits({ search: 'u' })).toBe(2)
    const { id, to, counts } = await client.startUnitRollout({ release: 1, to: { group: 'east' } })
    expect([to, counts.pending]).toEqual([{ group: 'east', query: 'label.site = Oslo and id ~ u*' }, 0])
    await client.removeUnitGroup('east')
    await client.labelUnit('u2', { set: { site: 'Oslo' } })
    await unitRolloutRound(rolloutPorts)
    expect((await client.unitRollout(id)).units.map(({ unit }) => unit)).toEqual(['u1', 'u2'])
  })

  it('say beforehand whom a release would come to, in which phase and from what', async () => {
    const fleet = await listening()
    const { client } = fleet
    for (const id of ['u1', 'u2', 'u3']) await enrolled(fleet, id)
    for (const name of ['spring', 'summer']) await client.addRelease({ name, items: [], instances: [] })
    await client.setRelease('u1', 1)
    await client.setRelease('u2', 2)
    await online(fleet, 'u1')
    await client.addUnitGroup({ name: 'first', query: 'id = u1' })
    const phases = [{ size: { group: 'first' } }]
    await expect
      .poll(() => client.forecastUnitRollout({ release: 2, to: { query: 'model = boat' }, phases }))
      .toEqual({
        units: 2,
        phases: [1, 1],
        away: 1,
        has: 1,
        from: [
          { release: null, units: 1 },
          { release: { id: 1, name: 'spring' }, units: 1 },
        ],
      })
    expect(await client.unitRollouts()).toEqual([])
    expect((await client.unitCounts()).byModel).toEqual([{ model: 'boat', units: 3 }])
    await expect(client.forecastUnitRollout({ release: 9, to: { all: true } })).rejects.toMatchObject({
      code: 'release_unknown',
    })
    await expect(client.forecastUnitRollout({ release: 1, to: { units: ['nobody'] } })).rejects.toMatchObject({
      code: 'unit_unknown',
    })
  })

  it('are refused where they make no sense', async () => {
    const { client } = await listening()
    const codeOf = (asked: Promise<unknown>) =>
      asked.then(
        () => 'done',
        (error: { code?: string }) => error.code,
      )
    expect(await codeOf(client.units({ query: 'version = 3' }))).toBe('query_invalid')
    expect(await codeOf(client.units({ group: 'none' }))).toBe('group_unknown')
    expect(await codeOf(client.labelUnit('nobody', { set: { a: 'b' } }))).toBe('unit_unknown')
    await client.addUnitGroup({ name: 'all', query: 'all' })
    expect(await codeOf(client.addUnitGroup({ name: 'all', query: 'all' }))).toBe('group_exists')
    expect(await codeOf(client.unitGroup('none'))).toBe('group_unknown')
    expect(await codeOf(client.removeUnitGroup('none'))).toBe('group_unknown')
  })
})
