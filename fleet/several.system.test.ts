import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { sha256Of } from '@windlass/trust'
import { decodeOrder } from '@windlass/wire/aoscore-cloud'
import { type FleetEvent, operatorClient } from '@windlass/wire/operator'
import { encodeMetadata } from '@windlass/wire/updatehub'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deviceBody, testPackage } from './adapters/http/test-fleet.ts'
import { packagerHeaders } from './adapters/http/test-packager.ts'
import { enrolled, online, published } from './adapters/http/test-unit.ts'
import { natsServer, postgresServer, s3Server, type TestServer } from './adapters/test-servers.ts'
import { deviceId } from './identity/device-id.ts'
import { product } from './store/samples.ts'
import { type FleetProcess, startProcess } from './test-process.ts'

/*
 * Two processes that are one fleet, behind something that sends each connection to the next of them.
 */

let folder: string
let packagers: string
let postgres: Awaited<ReturnType<typeof postgresServer>>
let nats: TestServer
let s3: TestServer
beforeAll(async () => {
  postgres = await postgresServer('several')
  folder = postgres.folder
  packagers = join(folder, 'packagers')
  await writeFile(packagers, 'me topsecretwithsixteen\n')
  nats = await natsServer()
  s3 = await s3Server()
})
afterAll(async () => {
  await nats.stop()
  await s3.stop()
  await postgres.stop()
})

/** A busy machine takes its time. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 })

/** Each connection goes to the next process that takes it. */
async function balancer(targets: () => readonly string[]): Promise<{ url: string; stop(): Promise<void> }> {
  let next = 0
  const open = new Set<Socket>()
  const server: Server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket))
    const target = new URL(targets()[next++ % targets().length] ?? '')
    const there = connect(Number(target.port), target.hostname)
    there.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.on('close', () => there.destroy())
    socket.pipe(there).pipe(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

let databases = 0
async function freshDatabase(): Promise<string> {
  const { default: pg } = await import('pg')
  const admin = new pg.Client(postgres.url)
  await admin.connect()
  databases += 1
  await admin.query(`create database several_${databases}`)
  await admin.end()
  return postgres.url.replace(/postgres$/, `several_${databases}`)
}

const kinds = {
  'PostgreSQL alone, blobs in a folder': (database: string) => [
    '--database',
    database,
    '--blobs',
    join(folder, `blobs-${databases}`),
  ],
  'PostgreSQL, NATS and S3': (database: string) => [
    '--database',
    database,
    '--bus',
    nats.url,
    '--blobs',
    `s3://fleet/number-${databases}?endpoint=${s3.url}`,
  ],
}

describe.each(Object.entries(kinds))('two processes on %s', (_, argsFor) => {
  let a: FleetProcess
  let b: FleetProcess
  let front: { url: string; stop(): Promise<void> }
  let args: string[]
  let living: FleetProcess[]
  beforeEach(async () => {
    args = [...argsFor(await freshDatabase()), '--packagers-file', packagers]
    const dataOf = (name: string) => ['--data', join(folder, `${name}-${databases}`)]
    a = await startProcess([...args, ...dataOf('a')])
    b = await startProcess([...args, ...dataOf('b')])
    living = [a, b]
    front = await balancer(() => living.map(({ url }) => url))
  })
  afterEach(async () => {
    await front.stop()
    for (const { child, exit } of living) {
      child.kill('SIGTERM')
      await exit
    }
  })

  const reach = ({ url }: { url: string }) => ({ url, client: operatorClient({ url }) })
  const killA = async () => {
    living = [b]
    a.child.kill('SIGKILL')
    await a.exit
  }

  it('a unit at one gets what is ordered at the other, and both see it there', async () => {
    const [atA, atB] = [reach(a), reach(b)]
    await enrolled(reach(front))
    const item = await published(atA.client, '1.0.0')
    const order = { name: 'spring', items: [{ itemId: 'app', version: '1.0.0' }], instances: [{ itemId: 'app' }] }
    const release = await atB.client.addRelease(order)
    const unit = await online(a)
    await soon(async () => (await atB.client.unit('u1')).connected).toBe(true)

    await atB.client.setRelease('u1', release.id)
    expect(decodeOrder(await unit.next('desiredStatus'))).toMatchObject({ kind: 'desired_state' })
    const request = await atB.client.requestLog('u1', { type: 'system' })
    expect(decodeOrder(await unit.next('requestLog'))).toMatchObject({ correlationId: request })
    unit.say({ kind: 'request_blob_urls', correlationId: 'c1', digests: [item.indexDigest] })
    const found = decodeOrder(await unit.next('blobUrls'))
    if (found.kind !== 'blob_urls') throw new Error(found.kind)
    const path = new URL(found.sources[0]?.urls[0] ?? '').pathname
    const [fromA, fromB] = await Promise.all([a, b].map(async ({ url }) => (await fetch(url + path)).text()))
    expect(fromA).toBe(fromB)

    // It comes to the other one: the first lets go, and what was told is not told again.
    const closed = once(unit.socket, 'close')
    const there = await online(b)
    await closed
    await there.next('desiredStatus')
    await soon(async () => (await atA.client.unit('u1')).connected).toBe(true)
    await atA.client.setRelease('u1', release.id)
    await there.next('desiredStatus')
  })

  it('a log asked of a unit whose process dies is asked again by the next one', async () => {
    await enrolled(reach(front))
    await online(a)
    await soon(async () => (await reach(b).client.unit('u1')).connected).toBe(true)
    a.child.kill('SIGSTOP')
    const request = await reach(b).client.requestLog('u1', { type: 'system' })
    await killA()
    const unit = await online(b)
    expect(decodeOrder(await unit.next('requestLog'))).toMatchObject({ correlationId: request })
    const part = { correlationId: request, part: 1, partCount: 1, data: Buffer.from('gz'), status: 'ok' } as const
    unit.say({ kind: 'push_log', nodeId: 'n1', part })
    await soon(async () => (await reach(b).client.logs('u1')).parts.map((one) => one.request)).toEqual([request])
  })

  it('a push that begins at one goes on and ends at the other', async () => {
    const [secret, content] = ['topsecretwithsixteen', 'x'.repeat(100_000)]
    const object = sha256Of(content)
    const described = { filename: 'f', mode: 'test', sha256sum: object, size: content.length, target: '/dev/null' }
    const complete = { ...described, 'force-check-requirements-fail': false }
    const about = { product, 'supported-hardware': 'any', version: '5.0' } as const
    const metadata = encodeMetadata({ objects: [[complete], [complete]], ...about })
    const push = async ({ url }: FleetProcess, method: 'POST' | 'PUT', path: string, body = '') => {
      const headers = packagerHeaders({ method, path, body, host: new URL(url).host, secret }, Date.now())
      const answer = await fetch(`${url}/uhu${path}`, { method, headers, ...(body && { body }) })
      expect([path, answer.ok]).toEqual([path, true])
      return (await answer.json()) as { uid: string; url: string }
    }
    const { uid } = await push(a, 'POST', '/packages', metadata)
    const asked = await push(b, 'POST', `/packages/${uid}/objects/${object}`, '{}')
    const { pathname, search } = new URL(asked.url)
    expect((await fetch(a.url + pathname + search, { method: 'PUT', body: content })).status).toBe(201)
    await killA()
    await push(b, 'PUT', `/packages/${uid}/finish`)
    expect((await reach(b).client.packages()).map((one) => [one.uid, one.version])).toEqual([[uid, '5.0']])
  })

  it('a console at one sees what happens at the other', async () => {
    const seen: FleetEvent[] = []
    const gone = new AbortController()
    const listening = (async () => {
      for await (const event of reach(b).client.events(gone.signal)) seen.push(event)
    })().catch(() => undefined)
    await soon(() => seen.map(({ kind }) => kind)).toEqual(['connected'])
    await fetch(`${a.url}/upgrades`, { method: 'POST', body: JSON.stringify(deviceBody('A1', '3.0')) })
    await soon(() => seen).toMatchObject([{ kind: 'connected' }, { kind: 'device', change: 'registered' }])
    gone.abort()
    await listening
  })

  it('a rollout goes on when one is killed in the middle: no report lost, nothing told twice, counters right', async () => {
    const { client } = reach(b)
    const made = await testPackage('3.1', { content: 'x'.repeat(200_000) })
    const { uid } = await reach(a).client.uploadPackage({ body: createReadStream(made.path) })
    await enrolled(reach(front))
    const unit = await online(a)
    await published(client, '1.0.0')
    const order = { name: 'spring', items: [{ itemId: 'app', version: '1.0.0' }], instances: [{ itemId: 'app' }] }
    await client.setRelease('u1', (await client.addRelease(order)).id)
    await unit.next('desiredStatus')

    const devices = Array.from({ length: 24 }, (_, n) => testDevice(() => front.url, `D${n}`, uid))
    for (const device of devices) await device.probe()
    const { id } = await client.startRollout({ package: uid, to: { product } })
    let underWay = 0
    const running = devices.map((device) => device.update(() => (underWay += 1)))
    await soon(() => underWay).toBeGreaterThan(30)
    await killA()
    await Promise.all(running)

    expect((await client.rollout(id)).counts).toMatchObject({ pending: 0, updating: 0, updated: 24, failed: 0 })
    for (const device of devices) {
      const steps = (await client.history(device.id)).map(({ status }) => status).toReversed()
      // What was sent again because its answer got lost may stand there twice.
      expect(steps.filter((step, at) => step !== steps[at - 1])).toEqual([...reports, 'updated'])
      expect(device.offers).toBe(1)
    }
    // The unit comes back to the one that lives, says that it is on its way, and is told once more at most.
    const back = await online(front)
    back.say({ kind: 'unit_status', status: { isDelta: false } })
    await back.next('desiredStatus')
    await back.next('ack')
    await soon(async () => (await client.unit('u1')).connected).toBe(true)
    expect(back.left('desiredStatus')).toBe(0)
  })

  it('one more process joins, and one that has another place for blobs does not', async () => {
    const c = await startProcess([...args, '--data', join(folder, `c-${databases}`)])
    living.push(c)
    expect((await reach(c).client.health()).status).toBe('ok')
    const elsewhere = args.with(args.indexOf('--blobs') + 1, join(folder, `elsewhere-${databases}`))
    await expect(startProcess([...elsewhere, '--data', join(folder, `d-${databases}`)])).rejects.toThrow('exit code 69')
    const taken = [...args, '--data', join(folder, `c-${databases}`)]
    await expect(startProcess(taken)).rejects.toThrow('exit code 75')
  })
})

const reports = ['downloading', 'downloaded', 'installing', 'installed', 'rebooting']

/** A device that asks again until it is answered, as agents do. */
function testDevice(url: () => string, serial: string, uid: string) {
  const headers = { 'user-agent': 'updatehub/2.0 Linux', 'api-retries': '0', connection: 'close' }
  const device = { id: deviceId({ serial }), offers: 0, probe: () => ask('/upgrades', '3.0'), update }
  async function ask(path: string, version: string, more = {}): Promise<Response> {
    for (;;) {
      try {
        const body = JSON.stringify({ ...deviceBody(serial, version), ...more })
        return await fetch(url() + path, { method: 'POST', headers, body })
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  async function update(onStep: () => void): Promise<void> {
    while ((await ask('/upgrades', '3.0')).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50))
    device.offers += 1
    for (const status of reports) {
      const { status: code } = await ask('/report', '3.0', { status, 'package-uid': uid })
      if (code !== 200) throw new Error(`expected 200 for a report, got ${code}`)
      onStep()
    }
    if ((await ask('/upgrades', '3.1')).status === 200) device.offers += 1
  }
  return device
}
