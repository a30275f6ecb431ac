import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeOrder } from '@windlass/wire/aoscore-cloud'
import { type FleetEvent, type OperatorClient, operatorClient } from '@windlass/wire/operator'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deviceBody, testPackage } from './adapters/http/test-fleet.ts'
import { enrolled, online, published } from './adapters/http/test-unit.ts'
import { natsServer, postgresServer, s3Server, type TestServer } from './adapters/test-servers.ts'
import { product } from './store/samples.ts'
import { type FleetProcess, startProcess } from './test-process.ts'

/*
 * Two processes, several projects: real PostgreSQL, NATS and S3, and kills in the middle of what is made and removed.
 */

let folder: string
let postgres: Awaited<ReturnType<typeof postgresServer>>
let nats: TestServer
let s3: TestServer
beforeAll(async () => {
  postgres = await postgresServer('projects')
  folder = postgres.folder
  nats = await natsServer()
  s3 = await s3Server()
})
afterAll(async () => {
  await nats.stop()
  await s3.stop()
  await postgres.stop()
})

const soon = <T>(look: () => T) => expect.poll(look, { timeout: 60_000, interval: 100 })

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

let databases = 0
const schemasText = `select nspname as name from pg_namespace where nspname like 'project%' order by 1`

const kinds = {
  'PostgreSQL alone, blobs in a folder': () => ['--blobs', join(folder, `blobs-${databases}`)],
  'PostgreSQL, NATS and S3': () => [
    '--bus',
    nats.url,
    '--blobs',
    `s3://fleet/number-${databases}?endpoint=${encodeURIComponent(s3.url)}`,
  ],
}

describe.each(Object.entries(kinds))('projects of two processes on %s', (_, argsFor) => {
  let a: FleetProcess
  let b: FleetProcess
  let args: string[]
  let database: string
  beforeEach(async () => {
    databases += 1
    database = postgres.url.replace(/postgres$/, `projects_${databases}`)
    await ask(postgres.url, `create database projects_${databases}`)
    args = ['--database', database, ...argsFor()]
    a = await startProcess([...args, '--data', join(folder, `a-${databases}`)])
    b = await startProcess([...args, '--data', join(folder, `b-${databases}`)])
  })
  afterEach(async () => {
    for (const { child, exit } of [a, b]) {
      child.kill('SIGTERM')
      await exit
    }
  })

  const at = ({ url }: FleetProcess, project: string, token?: string) => {
    const base = `${url}/p/${project}`
    return { url: base, client: operatorClient({ url: base, ...(token !== undefined && { token }) }) }
  }
  const host = (running: FleetProcess): OperatorClient => operatorClient({ url: running.url })
  const killA = async () => {
    a.child.kill('SIGKILL')
    await a.exit
  }
  const probe = (url: string, serial: string, version: string) =>
    fetch(`${url}/upgrades`, {
      method: 'POST',
      headers: { 'user-agent': 'updatehub/2.0 Linux', 'api-retries': '0' },
      body: JSON.stringify(deviceBody(serial, version)),
    })

  it('each update devices of their own and hold units of their own, and one goes without the other noticing', async () => {
    const tokens = { one: (await host(a).addProject('one')).token, two: (await host(b).addProject('two-2')).token }
    const one = [at(a, 'one', tokens.one), at(b, 'one', tokens.one)] as const
    const two = [at(a, 'two-2', tokens.two), at(b, 'two-2', tokens.two)] as const
    await soon(async () => (await fetch(`${one[1].url}/ready`)).status).toBe(200)
    await soon(async () => (await fetch(`${two[0].url}/ready`)).status).toBe(200)

    const seen: FleetEvent[] = []
    const gone = new AbortController()
    const listening = (async () => {
      for await (const event of two[0].client.events(gone.signal)) seen.push(event)
    })().catch(() => undefined)
    await soon(() => seen.length).toBe(1)

    // The same package and the same device in both: what is made of it is each one's own.
    const made = await testPackage('3.1', { content: 'x'.repeat(100_000) })
    await one[0].client.uploadPackage({ body: createReadStream(made.path) })
    for (const place of [one[1], two[1]]) expect((await probe(place.url, 'A1', '3.0')).status).toBe(404)
    await one[1].client.startRollout({ package: made.uid, to: { product } })
    expect(await (await probe(one[0].url, 'A1', '3.0')).text()).toBe(made.metadata)
    expect((await probe(two[0].url, 'A1', '3.0')).status).toBe(404)
    const object = `/products/${product}/packages/${made.uid}/objects/${made.object}`
    expect(await (await fetch(one[1].url + object)).text()).toBe('x'.repeat(100_000))
    expect((await fetch(two[1].url + object)).status).toBe(404)
    expect((await fetch(a.url + object)).status).toBe(404)
    expect((await probe(one[0].url, 'A1', '3.1')).status).toBe(404)
    expect((await one[0].client.rollout(1)).counts).toMatchObject({ updated: 1 })
    await two[1].client.uploadPackage({ body: createReadStream(made.path) })

    // A unit of the same name in both, at different processes.
    const units = []
    for (const [place, away] of [
      [one[0], one[1]],
      [two[1], two[0]],
    ] as const) {
      const { enrolment, chains, answer } = await enrolled(place)
      expect([answer.status, enrolment.systemId, chains.length]).toEqual([200, 'u1', 1])
      await published(place.client, '1.0.0')
      const order = { name: 'spring', items: [{ itemId: 'app', version: '1.0.0' }], instances: [{ itemId: 'app' }] }
      const unit = await online(place)
      await away.client.setRelease('u1', (await away.client.addRelease(order)).id)
      expect(decodeOrder(await unit.next('desiredStatus'))).toMatchObject({ kind: 'desired_state' })
      unit.say({
        kind: 'request_blob_urls',
        correlationId: 'c',
        digests: [(await place.client.items())[0]?.indexDigest ?? ''],
      })
      const found = decodeOrder(await unit.next('blobUrls'))
      const url = found.kind === 'blob_urls' ? (found.sources[0]?.urls[0] ?? '') : ''
      expect(url).toContain(new URL(place.url).pathname)
      expect((await fetch(url)).status).toBe(200)
      units.push({ unit, url })
    }
    expect((await fetch(units[0]?.url.replace('/p/one/', '/p/two-2/') ?? '')).status).toBe(403)
    expect((await fetch(units[0]?.url.replace('/p/one/', '/') ?? '')).status).toBe(403)

    await soon(() => seen.some(({ kind }) => kind === 'unit')).toBe(true)
    gone.abort()
    await listening
    expect(seen.filter(({ kind }) => kind === 'rollout' || kind === 'attempt')).toEqual([])
    expect((await host(a).devices()).devices).toEqual([])
    await expect(host(b).removeProject('one', { confirm: 'one', everything: false })).rejects.toMatchObject({
      code: 'project_in_use',
      message: expect.stringContaining('1 devices and 1 units'),
    })

    const closed = once(units[0]?.unit.socket ?? (undefined as never), 'close')
    await host(b).removeProject('one', { confirm: 'one', everything: true })
    await closed
    await soon(() => host(a).projects()).toMatchObject([{ name: 'two-2', state: 'ready' }])
    expect(await ask(database, schemasText)).toEqual([{ name: 'project_two-2' }])
    await soon(async () => (await fetch(`${one[0].url}/health`)).status).toBe(404)
    await expect(one[1].client.devices()).rejects.toMatchObject({ code: 'project_unknown' })
    expect(await (await fetch(two[0].url + object)).text()).toBe('x'.repeat(100_000))
    expect((await fetch(units[1]?.url ?? '')).status).toBe(200)
    expect((await two[0].client.unit('u1')).connected).toBe(true)

    const { entries } = await host(a).audit()
    expect(entries.map(({ action, result, made: what }) => [action, result, what])).toEqual([
      ['DELETE /projects/:name', 202, 'one'],
      ['DELETE /projects/:name', 409, null],
      ['POST /projects', 201, 'two-2'],
      ['POST /projects', 201, 'one'],
    ])
    const again = await host(a).addProject('one')
    expect((await at(a, 'one', again.token).client.devices()).devices).toEqual([])
    await expect(one[0].client.devices()).rejects.toMatchObject({ code: 'token_wrong' })
  })

  it('is made to its end when the process that began it is killed, wherever', async () => {
    for (const [n, waitMs] of [0, 40, 150, 400, 900].entries()) {
      const name = `p${n}`
      const asked = host(a)
        .addProject(name)
        .catch(() => undefined)
      await soon(async () => (await ask(database, `select name from projects where name = '${name}'`)).length).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      await killA()
      await asked
      await soon(async () => (await host(b).projects()).find((one) => one.name === name)?.state).toBe('ready')
      const token = await host(b).admitToProject(name)
      await soon(async () => (await fetch(`${b.url}/p/${name}/ready`)).status).toBe(200)
      const { client } = at(b, name, token)
      expect((await client.audit()).entries).toMatchObject([{ kind: 'host', action: 'POST /projects/:name/token' }])
      expect((await probe(`${b.url}/p/${name}`, 'A1', '3.0')).status).toBe(404)
      expect((await client.devices()).devices.length).toBe(1)
      a = await startProcess([...args, '--data', join(folder, `a-${databases}`)])
    }
  })

  it('is gone in the end when the process that removes it is killed, wherever', async () => {
    const made = await testPackage('3.1', { content: 'x'.repeat(10_000) })
    for (const [n, waitMs] of [0, 50, 200, 600, 1500].entries()) {
      const name = `r${n}`
      const { token } = await host(a).addProject(name)
      await at(a, name, token).client.uploadPackage({ body: createReadStream(made.path) })
      await host(a).removeProject(name, { confirm: name, everything: true })
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      await killA()
      await soon(() => host(b).projects()).toEqual([])
      expect(await ask(database, schemasText)).toEqual([])
      a = await startProcess([...args, '--data', join(folder, `a-${databases}`)])
    }
    const left = (await readdir(folder, { recursive: true })).filter((path) =>
      path.includes(`-${databases}/projects/r`),
    )
    expect(left).toEqual([])
  })
})
