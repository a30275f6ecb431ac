import { readFile } from 'node:fs/promises'
import { type FleetEvent, OperatorError, operatorClient } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { deviceId } from '../../identity/device-id.ts'
import { product, uidOf } from '../../store/samples.ts'
import { rollOut, type TestFleet, testFleet, testPackage } from './test-fleet.ts'

const a1 = deviceId({ serial: 'A1' })
const pieces = async function* (bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const connected = async (given: Parameters<typeof testFleet>[0] = {}) => {
  const fleet = await testFleet(given)
  const url = await fleet.app.listen({ host: '127.0.0.1', port: 0 })
  const sleep = async () => undefined
  const client = operatorClient({ url, sleep, ...(given.gate?.token ? { token: given.gate.token } : {}) })
  return { fleet, url, client }
}
const codeOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof OperatorError ? error.code : error),
  )

describe('the operator client', () => {
  it('does everything the API has', async () => {
    const { fleet, client } = await connected()
    await fleet.probe('A1', '3.0')
    const { path, uid } = await testPackage('3.1')
    const bytes = await readFile(path)
    const sent: number[] = []
    const kept = await client.uploadPackage({ body: pieces(bytes, 400), progress: (n) => sent.push(n) })
    expect(kept.uid).toBe(uid)
    expect(sent.at(-1)).toBe(bytes.length)
    expect(await client.packages()).toEqual([kept])
    expect(await client.package(uid)).toEqual(kept)
    const rollout = await client.startRollout({ package: uid, to: { devices: [a1] } })
    expect(rollout).toMatchObject({ id: 1, status: 'running', to: { devices: [a1] }, counts: { pending: 1 } })
    expect(await client.rollouts()).toEqual([rollout])
    expect((await client.device(a1)).wanted).toEqual({ answer: 'offer', package: uid, version: '3.1', rollout: 1 })
    await fleet.probe('A1', '3.0')
    expect((await client.rollout(1)).devices).toMatchObject([
      { device: a1, state: 'pending', reason: 'offered 1 times; the device has not reported yet' },
    ])
    await fleet.report('A1', 'error', { 'package-uid': uid, 'previous-state': 'installing' })
    expect(await client.history(a1)).toMatchObject([{ status: 'error', previousState: 'installing' }])
    expect((await client.retry(a1, uid)).attempts).toMatchObject([{ package: uid, state: 'failed', retry: true }])
    expect((await client.abortRollout(1)).status).toBe('aborted')
    expect((await client.device(a1)).wanted).toEqual({ answer: 'none', reason: 'no_rollout', rollout: null })
    await client.removePackage(uid)
    expect(await client.health()).toMatchObject({ status: 'ok' })
  })

  it('learns why it is refused', async () => {
    const { client } = await connected()
    expect(await codeOf(client.package(uidOf('x')))).toBe('package_unknown')
    expect(await codeOf(client.package('x'))).toBe('request_invalid')
    expect(await codeOf(client.rollout(9))).toBe('rollout_unknown')
    expect(await codeOf(client.device(a1))).toBe('device_unknown')
    expect(await codeOf(client.history(a1))).toBe('device_unknown')
    expect(await codeOf(client.startRollout({ package: uidOf('x'), to: { product } }))).toBe('package_unknown')
    expect(await codeOf(client.uploadPackage({ body: pieces(Buffer.from('no archive'), 3) }))).toBe('archive_invalid')
  })

  it('learns that a large upload is refused before it has sent it all', async () => {
    const { client } = await connected({ maxUploadBytes: 100_000 })
    const upload = client.uploadPackage({ body: pieces(Buffer.alloc(64 * 1024 * 1024), 65_536) })
    expect(['upload_too_large', 'unreachable']).toContain(await codeOf(upload))
  })

  it('tells a fleet that is not there from a refusal', async () => {
    const { fleet, client, url } = await connected()
    await fleet.app.close()
    expect(await codeOf(client.health())).toBe('unreachable')
    expect(url).toContain('127.0.0.1')
  })

  it('hears what changes, in order, from the moment it is connected', async () => {
    const { fleet, client } = await connected()
    const quit = new AbortController()
    const heard: FleetEvent[] = []
    for await (const event of client.events(quit.signal)) {
      heard.push(event)
      if (event.kind === 'connected') await oneUpdate(fleet)
      if (event.kind === 'attempt' && event.state === 'updated') quit.abort()
    }
    expect(heard.map(told)).toEqual([
      'connected',
      'package added',
      'rollout started',
      'device registered 3.0',
      'report installing',
      'attempt updating',
      'device changed 3.1',
      'attempt updated',
    ])
  })

  it('connects to the events again when the fleet was away', async () => {
    const { fleet, client } = await connected()
    const quit = new AbortController()
    let connections = 0
    for await (const event of client.events(quit.signal)) {
      if (event.kind === 'connected') connections += 1
      if (connections === 2) quit.abort()
      else fleet.app.server.closeAllConnections()
    }
    expect(connections).toBe(2)
  })
})

async function oneUpdate(fleet: TestFleet): Promise<void> {
  const { uid } = await rollOut(fleet, '3.1')
  await fleet.probe('A1', '3.0')
  await fleet.probe('A1', '3.0')
  await fleet.report('A1', 'installing', { 'package-uid': uid })
  await fleet.probe('A1', '3.1')
}

function told(event: FleetEvent): string {
  switch (event.kind) {
    case 'connected':
      return 'connected'
    case 'device':
      return `device ${event.change} ${event.version}`
    case 'report':
      return `report ${event.status}`
    case 'attempt':
      return `attempt ${event.state}`
    case 'labels':
      return `labels ${event.devices}`
    case 'unit_labels':
      return `labels of units ${event.units}`
    case 'package':
    case 'rollout':
    case 'group':
    case 'unit_group':
    case 'unit':
    case 'unit_rollout':
      return `${event.kind} ${event.change}`
  }
}

describe('a rollout', () => {
  it('is refused for another product, unknown devices, and nobody', async () => {
    const fleet = await testFleet()
    const { path, uid } = await testPackage('3.1')
    await fleet.upload(path)
    const code = async (to: object, more = {}) =>
      (await fleet.api('POST', '/rollouts', { package: uid, to, ...more })).json().code
    expect(await code({ product: 'f'.repeat(64) })).toBe('product_mismatch')
    expect(await code({ devices: [a1] })).toBe('device_unknown')
    expect(await code({ devices: [] })).toBe('request_invalid')
    expect(await code({ product, devices: [a1] })).toBe('request_invalid')
    expect(await code({ product }, { startAt: 'soon' })).toBe('request_invalid')
    expect(await code({ product }, { wat: 1 })).toBe('request_invalid')
  })

  it('says of every device why it is not updated', async () => {
    const fleet = await testFleet()
    await fleet.probe('unfit', '3.0', { body: { hardware: 'x' } })
    await fleet.probe('foreign', '3.0', { body: { 'product-uid': 'f'.repeat(64) } })
    await fleet.probe('silent', '3.0')
    const devices = ['unfit', 'foreign', 'silent'].map((serial) => deviceId({ serial }))
    const made = await testPackage('3.1', { over: { 'supported-hardware': ['gw-mk2'] } })
    await fleet.upload(made.path)
    await fleet.api('POST', '/rollouts', { package: made.uid, to: { devices } })
    const reasons = async () => {
      const shown = (await fleet.api('GET', '/rollouts/1')).json<{ devices: { device: string; reason: string }[] }>()
      return devices.map((id) => shown.devices.find((d) => d.device === id)?.reason)
    }
    expect(await reasons()).toEqual([
      'rollout 1: the package does not support hardware x',
      `rollout 1: the device is of product ${'f'.repeat(64)}`,
      'the device has not asked yet',
    ])
    await rollOut(fleet, '3.2')
    expect((await reasons())[2]).toBe('rollout 2 is newer')
    await fleet.api('POST', '/rollouts/1/abort')
    expect((await reasons())[2]).toBe('the rollout was aborted before the device took it up')
  })

  it('shows its devices in pieces', async () => {
    const fleet = await testFleet()
    for (const serial of ['a', 'b', 'c']) await fleet.probe(serial, '3.0')
    await rollOut(fleet, '3.1')
    const first = (await fleet.api('GET', '/rollouts/1?limit=2')).json()
    const second = (await fleet.api('GET', `/rollouts/1?limit=2&cursor=${first.next}`)).json()
    expect([first.devices.length, second.devices.length, second.next]).toEqual([2, 1, null])
    expect((await fleet.api('GET', '/rollouts/1?limit=0')).json().code).toBe('request_invalid')
  })
})

describe('a retry', () => {
  it('is refused where nothing failed', async () => {
    const fleet = await testFleet()
    await fleet.probe('A1', '3.0')
    const answer = await fleet.api('POST', `/devices/${a1}/retry`, { package: uidOf('p') })
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'retry_needless'])
  })
})

describe('the list of devices', () => {
  it('is searched and read in pieces', async () => {
    const fleet = await testFleet()
    for (const serial of ['axe1', 'Axe2', 'B1']) await fleet.probe(serial, '3.0')
    const found = (await fleet.api('GET', '/devices?search=axE')).json()
    expect(found.devices).toHaveLength(2)
    const first = (await fleet.api('GET', '/devices?limit=2')).json()
    const second = (await fleet.api('GET', `/devices?limit=2&cursor=${first.next}`)).json()
    expect([first.devices.length, second.devices.length, second.next]).toEqual([2, 1, null])
  })
})

describe('who may use the operator API', () => {
  const ask = async (fleet: TestFleet, headers: Record<string, string>, url = '/api/v1/health') => {
    const answer = await fleet.app.inject({ url, headers })
    return answer.statusCode === 200 ? 200 : answer.json().code
  }

  it('on loopback: those who call this machine by its own name, and no page from elsewhere', async () => {
    const fleet = await testFleet()
    for (const host of ['localhost', 'LOCALHOST:8000', '127.0.0.1:8000', '[::1]:8000'])
      expect(await ask(fleet, { host })).toBe(200)
    for (const host of ['evil.example', 'localhost.evil.example:8000', '127.0.0.1.evil.example', '192.0.2.1'])
      expect(await ask(fleet, { host })).toBe('host_refused')
    const host = 'localhost:8000'
    expect(await ask(fleet, { host, origin: 'http://localhost:8000' })).toBe(200)
    for (const origin of ['http://evil.example', 'null', 'http://localhost:9000', 'file://'])
      expect(await ask(fleet, { host, origin })).toBe('origin_refused')
  })

  it('with a token: those who have it', async () => {
    const fleet = await testFleet({ gate: { token: 'a-long-enough-token', loopback: false } })
    const as = (authorization: string) => ask(fleet, { host: 'fleet.example', authorization })
    expect(await as('Bearer a-long-enough-token')).toBe(200)
    expect(await ask(fleet, { host: 'fleet.example' })).toBe('token_missing')
    expect(await as('Basic a-long-enough-token')).toBe('token_missing')
    expect(await as('Bearer a-long-enough-tokeN')).toBe('token_wrong')
    expect(await ask(fleet, { host: 'fleet.example' }, '/api/v1/nothing')).toBe('token_missing')
  })

  it('devices are not asked', async () => {
    const fleet = await testFleet({ gate: { token: 'a-long-enough-token', loopback: false } })
    expect((await fleet.probe('A1', '3.0', { headers: { host: 'fleet.example' } })).statusCode).toBe(404)
  })

  it('unknown paths are problems too, and the front page says what this is', async () => {
    const fleet = await testFleet()
    expect((await fleet.api('GET', '/nothing')).json().code).toBe('route_unknown')
    expect((await fleet.app.inject({ url: '/' })).body).toContain('Windlass')
  })

  it('what breaks inside is told to the log only', async () => {
    const fleet = await testFleet()
    fleet.store.ping = async () => {
      throw new Error('password=secret')
    }
    const answer = await fleet.api('GET', '/health')
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal'])
    expect(answer.body).not.toContain('secret')
    expect(fleet.logged).toContain('error request failed')
  })
})
