import { createReadStream } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '@windlass/platform'
import { encodeDiscoveryRequest, encodeEnrolment } from '@windlass/wire/aoscore-cloud'
import { type OperatorClient, operatorClient } from '@windlass/wire/operator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ruleOf } from './adapters/http/permissions.ts'
import { deviceBody, testPackage } from './adapters/http/test-fleet.ts'
import { packagerHeaders } from './adapters/http/test-packager.ts'
import { routesOf } from './adapters/http/test-routes.ts'
import { enrolled, online, published } from './adapters/http/test-unit.ts'
import { deviceId } from './identity/device-id.ts'
import { defaultSettings } from './settings/settings.ts'
import { type Fleet, startFleet } from './start-fleet.ts'
import { product } from './store/samples.ts'

/*
 * Two projects and the default one, on every route that there is: who belongs to one reaches nothing of another, neither with what
 * opens his own nor, having come in rightly, by the names of things elsewhere. The routes are those that the server has: one that is
 * new and not named below makes this fail.
 */

const operatorToken = 'operator-token-of-the-default-project'
const password = 'correct horse battery'

interface Place {
  url: string
  token: string
  client: OperatorClient
}
/** What A has, and what only A could know of it. */
interface Owned {
  cookie: string
  uid: string
  object: string
  rollout: number
  device: string
  token: number
  webhook: number
  packager: { id: string; secret: string }
  pushAddress: string
  release: number
  unitRollout: number
  blob: string
  ticket: string
  socketToken: string
  claim: string
  claimId: string
  marks: readonly string[]
}

let folder: string
let fleet: Fleet
let a: Place
let b: Place
let root: Place
let owned: Owned
let routes: readonly { method: string; url: string }[]
const calls: string[] = []
const receiver = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => calls.push(chunk.toString()))
  request.on('end', () => response.end())
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-isolation-'))
  await chmod(folder, 0o700)
  const listen = { host: '127.0.0.1', port: 0 }
  const settings = { ...defaultSettings, data: folder, listen, operatorToken, privateWebhooks: true }
  fleet = await startFleet(settings, { log: createLog([], Date.now) })
  const place = (base: string, token: string): Place => ({
    url: fleet.url + base,
    token,
    client: operatorClient({ url: fleet.url + base, token }),
  })
  root = place('', operatorToken)
  a = place('/p/alpha', (await root.client.addProject('alpha')).token)
  b = place('/p/beta', (await root.client.addProject('beta')).token)
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  receiver.close()
  await fleet.stop()
  await rm(folder, { recursive: true, force: true })
})

const hookAddress = (): string => {
  const address = receiver.address()
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/`
}

const agent = { 'user-agent': 'updatehub/2.0 Linux', 'api-retries': '0' }
const probe = (at: Place, serial: string) =>
  fetch(`${at.url}/upgrades`, { method: 'POST', headers: agent, body: JSON.stringify(deviceBody(serial, '3.0')) })

/** Something of every kind, under names that nobody else would choose. */
async function fill(at: Place): Promise<Owned> {
  const { client } = at
  await client.addUser({ name: 'ada-secret', grants: [{ role: 'admin' }], password })
  const signedIn = await fetch(`${at.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ada-secret', password }),
  })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  await client.addToken({ name: 'spare-secret', grants: [{ role: 'viewer' }] })
  const token = await client.addToken({ name: 'ci-secret', grants: [{ role: 'viewer' }] })
  await client.addWebhook({ url: `${hookAddress()}elsewhere-secret`, events: ['rollout'] })
  const webhook = await client.addWebhook({ url: `${hookAddress()}hook-secret`, events: ['rollout'] })
  const packager = await client.addPackager('uhu-secret')
  const pushAddress = await pushed(at, packager)
  const made = await testPackage('3.1-secret')
  await client.uploadPackage({ body: createReadStream(made.path) })
  await probe(at, 'serial-secret')
  const device = deviceId({ serial: 'serial-secret' })
  await client.startRollout({ package: made.uid, to: { devices: [device] } })
  const rollout = await client.startRollout({ package: made.uid, to: { product } })
  await client.addGroup({ name: 'group-secret', query: 'version = "3.0"' })
  await client.labelDevices({ set: { site: 'site-secret' }, to: { devices: [device] } } as never)
  await enrolled(at, 'unit-secret')
  const item = await published(client, '1.0.0-secret')
  const order = { items: [{ itemId: 'app', version: '1.0.0-secret' }], instances: [{ itemId: 'app' }] }
  await client.addRelease({ name: 'winter-secret', ...order })
  const release = await client.addRelease({ name: 'spring-secret', ...order })
  const unit = await online(at, 'unit-secret')
  unit.say({ kind: 'request_blob_urls', correlationId: 'c', digests: [item.indexDigest] })
  const blobUrls = JSON.stringify(await unit.next('blobUrls'))
  const unitRollout = await client.startUnitRollout({ release: release.id, to: { model: 'boat' } })
  const discovered = await fetch(`${at.url}/sd/v7/`, {
    method: 'POST',
    body: encodeDiscoveryRequest({ systemId: 'unit-secret', supportedProtocols: ['wss'] }),
  })
  return {
    cookie,
    uid: made.uid,
    object: made.object,
    rollout: rollout.id,
    device,
    token: token.id,
    webhook: webhook.id,
    packager,
    pushAddress,
    release: release.id,
    unitRollout: unitRollout.id,
    blob: item.indexDigest,
    ticket: /\?unit=[^"\\]+/.exec(blobUrls)?.[0].replaceAll('\\u0026', '&') ?? '',
    socketToken: ((await discovered.json()) as { authToken: string }).authToken,
    claim: (await client.claim({ systemId: 'unit-2-secret' })).token,
    claimId: (await client.claims())[0]?.id ?? '',
    marks: ['secret', made.uid, device, item.indexDigest.slice(7), at.token, packager.secret, pushAddress],
  }
}

/** What stands for the parts of an address that name something. */
function addressed(url: string): string {
  const path = url.replace('/api/v1', '')
  const name = path.startsWith('/users') ? 'ada-secret' : 'group-secret'
  const id = path.startsWith('/claims')
    ? owned.claimId
    : path.startsWith('/packagers')
      ? owned.packager.id
      : path.startsWith('/unit-rollouts')
        ? owned.unitRollout
        : path.startsWith('/rollouts')
          ? owned.rollout
          : path.startsWith('/releases')
            ? owned.release
            : path.startsWith('/webhooks')
              ? owned.webhook
              : path.startsWith('/tokens')
                ? owned.token
                : path.startsWith('/units')
                  ? 'unit-secret'
                  : owned.device
  const parts = { id, uid: owned.uid, name, digest: owned.blob, package: owned.uid, object: owned.object, product }
  return url.replaceAll(/:(\w+)/g, (_, part: string) => {
    const value = parts[part as keyof typeof parts]
    if (value === undefined) throw new Error(`${url}: expected a line here for :${part}`)
    return encodeURIComponent(String(value))
  })
}

/** Bodies that would do something to what A has; null: none is read. */
function orders(): Record<string, object | string | null> {
  const { uid, device, release, blob } = owned
  const grants = [{ role: 'viewer' }]
  const release_ = { name: 'r', items: [{ itemId: 'app', version: '1.0.0-secret' }], instances: [{ itemId: 'app' }] }
  return {
    'PUT /users/:name/grants': { grants },
    'PUT /users/:name/password': {},
    'POST /users': { name: 'bob', grants: [{ role: 'admin' }], password },
    'POST /tokens': { name: 'mine', grants },
    'POST /packagers': { name: 'mine' },
    'POST /webhooks': { url: `${hookAddress()}mine`, events: ['rollout', 'unit'] },
    'POST /webhooks/:id/test': null,
    'POST /packages': 'nothing',
    'PUT /packages/:uid/rule': { needs: null, floor: false },
    'POST /rollouts': { package: uid, to: { devices: [device] } },
    'POST /rollouts/forecast': { package: uid, to: { product } },
    'POST /rollouts/:id/pause': {},
    'POST /rollouts/:id/resume': null,
    'POST /rollouts/:id/abort': null,
    'POST /rollouts/:id/roll-back': null,
    'POST /rollouts/:id/approve': { by: 'ada-secret' },
    'POST /devices/:id/retry': { package: uid },
    'POST /groups': { name: 'mine', devices: [device] },
    'PUT /groups/:name': { devices: [device] },
    'PUT /unit-groups/:name': { query: 'label.a = b' },
    'POST /unit-rollouts/forecast': { release, to: { units: ['unit-secret'] } },
    'POST /devices/labels': { set: { a: 'b' }, to: { devices: [device] } },
    'POST /devices/import': 'identity.serial\nX1\n',
    'POST /devices/:id/decommission': null,
    'POST /devices/:id/recommission': null,
    'PATCH /devices/:id/labels': { set: { a: 'b' } },
    'PUT /blobs/:digest': 'other bytes',
    'POST /items/pull': { itemId: 'app', type: 'service', version: '2', reference: 'registry.invalid/app:1' },
    'POST /unit-groups': { name: 'mine', query: 'label.a = b' },
    'POST /units/labels': { set: { a: 'b' }, to: { units: ['unit-secret'] } },
    'PATCH /units/:id/labels': { set: { a: 'b' } },
    'POST /items': { itemId: 'app', type: 'service', version: '1', indexDigest: blob },
    'POST /releases': release_,
    'POST /claims': { systemId: 'unit-secret' },
    'PUT /units/:id/release': { release },
    'POST /unit-rollouts': { release, to: { units: ['unit-secret'] } },
    'POST /unit-rollouts/:id/pause': {},
    'POST /unit-rollouts/:id/resume': null,
    'POST /unit-rollouts/:id/abort': null,
    'POST /unit-rollouts/:id/take-back': null,
    'POST /unit-rollouts/:id/approve': { by: 'ada-secret' },
    'POST /units/:id/revocation': {},
    'POST /units/:id/logs': { type: 'system' },
    'PUT /units/:id/env': { items: [] },
  }
}

interface Answer {
  status: number
  text: string
}

async function send(at: Place, route: { method: string; url: string }, as: Record<string, string>): Promise<Answer> {
  const name = `${route.method} ${route.url.replace('/api/v1', '')}`
  const body = route.method === 'GET' || route.method === 'HEAD' || route.method === 'DELETE' ? null : orders()[name]
  if (body === undefined) throw new Error(`${name}: expected a line among the orders of this test`)
  const type = typeof body === 'string' ? 'application/octet-stream' : 'application/json'
  const answer = await fetch(at.url + addressed(route.url), {
    method: route.method,
    redirect: 'manual',
    headers: { ...as, ...(body !== null && { 'content-type': type }) },
    ...(body !== null && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return {
    status: answer.status,
    text: answer.headers.get('content-type') === 'text/event-stream' ? '' : await answer.text(),
  }
}

/** What was asked may be named in a refusal. */
const leaked = ({ text }: Answer, url: string): string[] => {
  const asked = `${addressed(url)} ${JSON.stringify(orders())}`
  return owned.marks.filter((mark) => mark !== 'secret' && !asked.includes(mark) && text.includes(mark))
}

const isOwn = (place: Place, url: string) => place !== root || !url.startsWith('/api/v1/projects')
const isOperator = ({ url }: { url: string }) => url.startsWith('/api/v1')
/** These leave nothing of one's own to look for, or end one's own sign-in. */
const opened = ['GET /session', 'GET /openapi.json', 'GET /health', 'GET /events']

describe('projects, route by route', () => {
  let before: string
  const seen: string[] = []
  const gone = new AbortController()
  let listening: Promise<unknown>

  beforeAll(async () => {
    // Whoever listens elsewhere does so from before there is anything to hear.
    await root.client.addWebhook({ url: `${hookAddress()}of-root`, events: ['rollout', 'unit'] })
    await b.client.addWebhook({ url: `${hookAddress()}of-beta`, events: ['rollout', 'unit'] })
    listening = Promise.all(
      [b, root].map(async ({ client }) => {
        for await (const event of client.events(gone.signal)) seen.push(JSON.stringify(event))
      }),
    ).catch(() => undefined)
  })

  it('are full of things of every kind', async () => {
    await expect.poll(() => seen.length).toBe(2)
    routes = await routesOf()
    owned = await fill(a)
  })

  it('has what nobody else may change', async () => {
    await expect.poll(async () => (await a.client.unit('unit-secret')).connected).toBe(false)
    before = await everything(a)
    expect(before).not.toMatch(/ [45]\d\d /)
  })

  it('has a line here for every route that the server knows', async () => {
    const documents = await Promise.all(
      [a, root].map(async ({ url, token }) => {
        const answer = await fetch(`${url}/api/v1/openapi.json`, { headers: { authorization: `Bearer ${token}` } })
        return (await answer.json()) as { paths: Record<string, object>; servers?: { url: string }[] }
      }),
    )
    const known = new Set(routes.map(({ url }) => url.replaceAll(/:(\w+)/g, '{$1}')))
    for (const { paths } of documents) expect(Object.keys(paths).filter((path) => !known.has(path))).toEqual([])
    expect(documents[0]?.servers).toEqual([{ url: '/p/alpha' }])
    expect(Object.keys(documents[0]?.paths ?? {}).filter((path) => path.includes('projects'))).toEqual([])
    const lines = new Set(Object.keys(wire))
    const unknown = routes.filter((route) => !isOperator(route) && !lines.has(`${route.method} ${route.url}`))
    expect(unknown).toEqual([])
    expect(routes.filter(isOperator).length).toBeGreaterThan(60)
  })

  it('lets nobody in with what opens another project', async () => {
    const strangers = [
      { from: a, at: b, headers: { authorization: `Bearer ${a.token}` } },
      { from: a, at: b, headers: { cookie: owned.cookie, origin: fleet.url } },
      { from: a, at: root, headers: { authorization: `Bearer ${a.token}` } },
      { from: a, at: root, headers: { cookie: owned.cookie, origin: fleet.url } },
      { from: root, at: a, headers: { authorization: `Bearer ${operatorToken}` } },
      { from: b, at: a, headers: { authorization: `Bearer ${b.token}` } },
      { from: null, at: a, headers: {} },
    ]
    for (const route of routes.filter(isOperator)) {
      const rule = ruleOf(route.method, route.url)
      for (const { at, headers } of strangers) {
        if (rule === 'open' || !isOwn(root, route.url)) continue
        const answer = await send(at, route, headers)
        expect([route.method, route.url, answer.status], answer.text).toEqual([route.method, route.url, 401])
        expect(leaked(answer, route.url)).toEqual([])
      }
    }
    const wrong = await fetch(`${b.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'ada-secret', password }),
    })
    expect(wrong.status).toBe(401)
    expect(await everything(a)).toBe(before)
  })

  it('shows nothing of another to whoever came in rightly, whatever is named', async () => {
    // Those that name something first: what one makes is numbered from 1 in every project.
    for (const at of [b, root])
      for (const route of routes
        .filter(isOperator)
        .toSorted((x, y) => Number(y.url.includes(':')) - Number(x.url.includes(':')))) {
        const name = `${route.method} ${route.url.replace('/api/v1', '')}`
        if (ruleOf(route.method, route.url) === 'open' || !isOwn(at, route.url) || opened.includes(name)) continue
        if (route.url.startsWith('/api/v1/projects')) continue
        const answer = await send(at, route, { authorization: `Bearer ${at.token}` })
        const named = /:(id|uid|digest)/.test(route.url) || (route.url.includes(':name') && route.method !== 'PUT')
        expect(leaked(answer, route.url), `${name}: ${answer.text}`).toEqual([])
        if (named && route.method !== 'PUT') expect([name, answer.status], answer.text).toEqual([name, 404])
        expect(answer.status, name).toBeLessThan(500)
      }
    expect(await everything(a)).toBe(before)
  })

  it('keeps wire, pages, streams, webhooks and metrics apart', async () => {
    // Before one's own devices of the same names are heard.
    gone.abort()
    await listening
    expect(
      seen.filter((text) => text.includes('secret') || text.includes(owned.uid) || text.includes(owned.device)),
    ).toEqual([])
    for (const [name, at] of [b, root].flatMap((place) => Object.keys(wire).map((line) => [line, place] as const)))
      for (const answer of (await wire[name]?.(at)) ?? []) {
        expect(answer.text, name).not.toContain('secret')
        for (const mark of owned.marks) expect(answer.text, name).not.toContain(mark)
      }
    const stranger = new WebSocket(`${b.url.replace('http', 'ws')}/units/v7`, {
      headers: { authorization: `Bearer ${owned.socketToken}` },
    })
    expect(await new Promise((resolve) => stranger.once('error', ({ message }) => resolve(message)))).toMatch('401')
    await expect.poll(() => calls.some((call) => call.includes('rollout'))).toBe(true)
    expect(calls.filter((call) => call.includes('of-beta') || call.includes('of-root'))).toEqual([])
    expect(await everything(a)).toBe(before)
  })

  it('answers the name of no project like that of one that is being made', async () => {
    for (const path of ['/p/none/api/v1/devices', '/p/none', '/p/', '/p/..%2f/upgrades', '/p/alpha%2f/health']) {
      const answer = await fetch(fleet.url + path)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
      expect(await answer.json()).toMatchObject({ code: 'project_unknown', status: 404 })
    }
    const socket = new WebSocket(`${fleet.url.replace('http', 'ws')}/p/none/units/v7`)
    expect(await new Promise((resolve) => socket.once('error', ({ message }) => resolve(message)))).toMatch('404')
  })
})

/** All that A's own people see, but for times of last use. */
async function everything(at: Place): Promise<string> {
  const lists = [
    '/devices',
    '/packages',
    '/rollouts',
    '/groups',
    '/users',
    '/webhooks',
    '/packagers',
    '/items',
    '/releases',
    '/units',
  ]
  const more = ['/unit-rollouts', `/devices/${owned.device}`, `/devices/${owned.device}/history`, '/units/unit-secret']
  const texts = await Promise.all(
    [...lists, ...more].map(async (path) => {
      const answer = await fetch(`${at.url}/api/v1${path}`, { headers: { authorization: `Bearer ${at.token}` } })
      return `${path} ${answer.status} ${await answer.text()}`
    }),
  )
  return texts.join('\n')
}

type WireCase = (at: Place) => Promise<Answer[]>
const got = async (at: Place, path: string, init: RequestInit = {}, statuses: readonly number[] = [200]) => {
  const answer = await fetch(at.url + path, { redirect: 'manual', ...init })
  expect(statuses, `${init.method ?? 'GET'} ${path} answers ${answer.status}`).toContain(answer.status)
  return [{ status: answer.status, text: await answer.text() }]
}
const page: WireCase = (at) => got(at, '/', { headers: { accept: 'text/html' } }, [200, 503])

/** With A's access key, signed for the address that is asked. */
const packager: (method: 'GET' | 'POST' | 'PUT', path: () => string) => WireCase = (method, path) => (at) =>
  asPackager(at, method, path(), owned.packager, [401])

async function asPackager(
  at: Place,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  { id, secret }: Owned['packager'],
  statuses: readonly number[],
  body = method === 'POST' ? '{}' : '',
): Promise<Answer[]> {
  const { host, pathname } = new URL(at.url)
  const base = pathname === '/' ? '' : pathname
  const headers = packagerHeaders({ method, path, body, id, secret, host, base }, Date.now())
  return got(at, `/uhu${path}`, { method, headers, ...(body && { body }) }, statuses)
}

/** A package that a packager brings piece by piece; answers where an object of another one goes. */
async function pushed(at: Place, key: Owned['packager']): Promise<string> {
  const { metadata, uid, object, content } = await testPackage('2.9-secret')
  // The path that is signed is the one that is asked for, project and all.
  const short = packagerHeaders({ method: 'POST', path: '/packages', body: metadata, ...key }, Date.now())
  await got(at, '/uhu/packages', { method: 'POST', headers: short, body: metadata }, [401])
  await asPackager(at, 'POST', '/packages', key, [201], metadata)
  const [asked] = await asPackager(at, 'POST', `/packages/${uid}/objects/${object}`, key, [201], '{"etag":"x"}')
  const { url } = JSON.parse(asked?.text ?? '') as { url: string }
  expect(url.startsWith(`${at.url}/uhu/storage/`)).toBe(true)
  expect((await fetch(url, { method: 'PUT', body: content })).status).toBe(201)
  await asPackager(at, 'PUT', `/packages/${uid}/finish`, key, [200])
  // One more, which stays half pushed: what it was told is of use nowhere else.
  const half = await testPackage('2.8-secret', { content: 'half' })
  await asPackager(at, 'POST', '/packages', key, [201], half.metadata)
  const [told] = await asPackager(
    at,
    'POST',
    `/packages/${half.uid}/objects/${half.object}`,
    key,
    [201],
    '{"etag":"x"}',
  )
  return (JSON.parse(told?.text ?? '') as { url: string }).url.slice(at.url.length)
}

/** What is no operator's, each with A's names and credentials. */
const wire: Record<string, WireCase> = {
  'GET /': page,
  ...Object.fromEntries(
    [
      'devices',
      'units',
      'claims',
      'groups',
      'packages',
      'releases',
      'rollouts',
      'unit-rollouts',
      'activity',
      'audit',
      'settings',
      'projects',
    ].flatMap((name): [string, WireCase][] => [
      [`GET /${name}`, page],
      [`GET /${name}/:id`, page],
    ]),
  ),
  'GET /health': (at) => got(at, '/health'),
  'GET /ready': (at) => got(at, '/ready'),
  'GET /metrics': async (at) => {
    await got(at, '/metrics', { headers: { authorization: `Bearer ${a.token}` } }, [401])
    const [answer] = await got(at, '/metrics', { headers: { authorization: `Bearer ${at.token}` } })
    expect(answer?.text).toContain('windlass_rollouts{state="running"} 0')
    expect(answer?.text).toContain('windlass_units_connected 0')
    return answer ? [answer] : []
  },
  // A device that A knows is a stranger here, and gets nothing of what A would give it.
  'POST /upgrades': async (at) => {
    const answer = await probe(at, 'serial-secret')
    expect(answer.status).toBe(404)
    return [{ status: answer.status, text: await answer.text() }]
  },
  'POST /report': async (at) => {
    const body = JSON.stringify({
      ...deviceBody('serial-secret', '3.0'),
      status: 'installed',
      'package-uid': owned.uid,
    })
    return got(at, '/report', { method: 'POST', headers: agent, body })
  },
  'GET /products/:product/packages/:package/objects/:object': (at) =>
    got(at, `/products/${product}/packages/${owned.uid}/objects/${owned.object}`, {}, [404]),
  'HEAD /products/:product/packages/:package/objects/:object': (at) =>
    got(at, `/products/${product}/packages/${owned.uid}/objects/${owned.object}`, { method: 'HEAD' }, [404]),
  'POST /enrolment': (at) => {
    const csrs = [{ type: 'online' as const, csr: 'none' }]
    const body = encodeEnrolment({ claimToken: owned.claim, systemId: 'x', model: 'm', csrs })
    return got(at, '/enrolment', { method: 'POST', body }, [400, 403])
  },
  'POST /sd/v7/': (at) =>
    got(
      at,
      '/sd/v7/',
      {
        method: 'POST',
        body: encodeDiscoveryRequest({ systemId: 'nobody', supportedProtocols: ['wss'] }),
      },
      [404],
    ),
  'GET /blobs/sha256/:hex': (at) => got(at, `/blobs/${owned.blob.replace(':', '/')}${owned.ticket}`, {}, [403]),
  'HEAD /blobs/sha256/:hex': (at) =>
    got(at, `/blobs/${owned.blob.replace(':', '/')}${owned.ticket}`, { method: 'HEAD' }, [403]),
  'POST /uhu/packages': packager('POST', () => '/packages'),
  'POST /uhu/packages/:uid/objects/:object': packager('POST', () => `/packages/${owned.uid}/objects/${owned.object}`),
  'PUT /uhu/packages/:uid/finish': packager('PUT', () => `/packages/${owned.uid}/finish`),
  'GET /uhu/packages/:uid': packager('GET', () => `/packages/${owned.uid}`),
  'PUT /uhu/storage/:uid/:object': (at) => got(at, owned.pushAddress, { method: 'PUT', body: 'half' }, [401]),
}
