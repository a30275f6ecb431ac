import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createLog, jsonLines } from '@windlass/platform'
import { makeRequest, newKey } from '@windlass/trust/certificates'
import { encodeDiscoveryRequest, encodeEnrolment } from '@windlass/wire/aoscore-cloud'
import { operatorClient } from '@windlass/wire/operator'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { deviceBody, testPackage } from '../adapters/http/test-fleet.ts'
import { browser, openIdServer, signInThere } from '../adapters/http/test-openid.ts'
import { packagerHeaders } from '../adapters/http/test-packager.ts'
import { type Route, routesOf } from '../adapters/http/test-routes.ts'
import { onLine, published } from '../adapters/http/test-unit.ts'
import { runningDatabase } from '../adapters/postgres/embedded.ts'
import { freePort } from '../adapters/postgres/free-port.ts'
import { deviceId } from '../identity/device-id.ts'
import { defaultSettings } from '../settings/settings.ts'
import { type Fleet, startFleet } from '../start-fleet.ts'
import { product } from '../store/samples.ts'
import { Asking, goneWrong, type Said } from './asking.ts'
import { closedRegistry } from './closed-registry.ts'
import { Secrets } from './secrets.ts'

/*
 * A fleet that is asked on every route, rightly and wrongly, with a secret wherever one may stand, while its log is at its most
 * talkative. None of them is found in logs, traces, metrics, the audit log, events, webhooks' posts or answers, but for the answer
 * that hands it out. The routes are those that the server has: one that has no line here makes this fail.
 */

const secrets = new Secrets()
const operatorToken = secrets.made('operator token')
const packagerSecret = secrets.made('secret of a packager')
const password = secrets.made('password')
const hookPath = secrets.made('address of a webhook')
const variable = secrets.made('variable of a service')
const login = { user: 'me', password: secrets.made('login of a registry') }
/** Shown where something right is wanted, and in places where nothing of the kind is. */
const stray = secrets.made('what somebody guessed')
secrets.known('login of a registry', Buffer.from(`me:${login.password}`).toString('base64').slice(4))
secrets.known('what somebody guessed', Buffer.from(`me:${stray}`).toString('base64').slice(4))
const guessedSignature = secrets.known('what somebody guessed', Buffer.from(stray).toString('hex').padEnd(64, 'a'))

const asAdmin = { authorization: `Bearer ${operatorToken}` }
const json = { 'content-type': 'application/json' }
const agent = { 'user-agent': 'updatehub/2.0 Linux', 'api-retries': '0', ...json }
const bytes = { 'content-type': 'application/octet-stream' }
const serial = deviceId({ serial: 'A1' })

/** Answers that may have a secret in them: those that make it known, and what an admin reads back. */
const handsOut: Readonly<Record<string, readonly string[]>> = {
  'POST /users': ['password of bob'],
  'PUT /users/:name/password': ['password of bob'],
  'POST /session': ['session'],
  'GET /session/openid': ['OpenID flow'],
  'GET /session/openid/callback': ['session'],
  'POST /tokens': ['token'],
  'POST /projects': ['token of a project'],
  'POST /projects/:name/token': ['token of a project'],
  'POST /webhooks': ['secret of a webhook', 'address of a webhook'],
  'GET /webhooks': ['address of a webhook'],
  'POST /packagers': ['secret of a packager'],
  'POST /claims': ['claim'],
  'PUT /units/:id/env': ['variable of a service'],
  'GET /units/:id/env': ['variable of a service'],
  'POST /sd/v7/': ['token of a socket'],
  'POST /uhu/packages/:uid/objects/:object': ['ticket of the packager'],
}

let folder: string
let fleet: Fleet
let asking: Asking
let routes: Route[]
let registry: Awaited<ReturnType<typeof closedRegistry>>
const ends: (() => void)[] = []
let hook: Server
const lines: string[] = []
const traced: string[] = []
const posted: string[] = []
const heard: string[] = []
const gone = new AbortController()

const portOf = (server: Server) => (server.address() as AddressInfo).port
async function hearing(hear: (text: string, request: IncomingMessage) => void): Promise<Server> {
  const server = createServer((request, answer) => void take(request).then(() => answer.end('{}')))
  const take = async (request: IncomingMessage) => {
    const body = Buffer.concat(await request.toArray())
    hear((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('latin1'), request)
  }
  ends.push(() => void server.close())
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens))
  return server
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-secrecy-'))
  await chmod(folder, 0o700)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const receiver = await hearing((text) => traced.push(text))
  hook = await hearing((text, { headers, url }) =>
    posted.push(JSON.stringify({ ...headers, host: url === '/' }) + text),
  )
  registry = await closedRegistry(secrets, login)
  const provider = await openIdServer(
    `${url}/api/v1/session/openid/callback`,
    { ada: ['captains'] },
    {
      ended: (end) => ends.push(end),
      onToken: (token) => void secrets.known('token of the OpenID provider', token),
    },
  )
  secrets.known('secret of the OpenID client', provider.clientSecret)
  const openid = { ...provider, roles: { captains: [{ role: 'admin' as const }] } }
  const settings = {
    ...defaultSettings,
    data: folder,
    listen: { host: '127.0.0.1', port },
    operatorToken,
    openid,
    packagers: new Map([['me', packagerSecret]]),
    traces: { endpoint: `http://127.0.0.1:${portOf(receiver)}/v1/traces`, ratio: 1 },
    trustedProxies: ['127.0.0.1'],
    requestsPerMinute: 1_000_000,
    privateWebhooks: true,
    privateRegistries: true,
  }
  // Every level: no line is too quiet to be written.
  fleet = await startFleet(settings, { log: createLog([jsonLines((line) => void lines.push(line))], Date.now) })
  asking = new Asking(fleet.url)
  await knowOwn()
})
afterAll(async () => {
  gone.abort()
  registry.close()
  for (const end of ends) end()
  await fleet.stop()
  await rm(folder, { recursive: true, force: true })
})

/** What the fleet made for itself. */
async function knowOwn(): Promise<void> {
  const read = async (name: string) => (await readFile(join(folder, name), 'utf8')).trim()
  secrets.known('password of the database', await read('database/password'))
  secrets.known('key of webhooks', await read('webhook-key'))
  const client = new pg.Client(await runningDatabase(join(folder, 'database')))
  await client.connect()
  const { rows } = await client.query<{ name: string; value: string | { key: string } }>(
    'select name, value from shared',
  )
  await client.end()
  for (const name of ['blob-tickets', 'push-tickets', 'socket-tokens', 'unit-authority']) {
    const value = rows.find((row) => row.name === name)?.value
    // The first line of a private key is the same for all; in the last is the public one.
    secrets.known(`key ${name}`, typeof value === 'object' ? value.key.split('\n')[2]?.slice(0, 20) : value)
  }
  // What is new among them may be a secret, too.
  const others = rows.map(({ name }) => name).filter((name) => !/-tickets|-tokens|-authority/.test(name))
  expect(others.sort()).toEqual(['fleet', 'place'])
}

interface Owned {
  cookie: string
  token: string
  names: Readonly<Record<string, string>>
  orders: Readonly<Record<string, object | string | null>>
}
let owned: Owned

const post = (path: string, order: object, headers: Record<string, string> = asAdmin, method = 'POST') =>
  asking.ask(
    `${method} ${path.replace(/\/(bob|alpha|u1)(?=\/|$)/, (_, name) => (name === 'u1' ? '/:id' : '/:name'))}`,
    `/api/v1${path}`,
    {
      headers: { ...json, ...headers },
      body: JSON.stringify(order),
    },
  )
const valueIn = ({ body }: Said, key: string) => (JSON.parse(body) as Record<string, string>)[key]
const ok = (said: Said) => {
  expect(said.status, said.text).toBeLessThan(400)
  return said
}

/** Somebody of every kind, with all that is handed out once. */
async function people(): Promise<Pick<Owned, 'cookie' | 'token'>> {
  const grants = [{ role: 'admin' }]
  ok(await post('/users', { name: 'grace', grants, password }))
  secrets.known('password of bob', valueIn(ok(await post('/users', { name: 'bob', grants })), 'password'))
  secrets.known('password of bob', valueIn(ok(await post('/users/bob/password', {}, asAdmin, 'PUT')), 'password'))
  const cookie =
    ok(await post('/session', { name: 'grace', password }))
      .headers.getSetCookie()[0]
      ?.split(';')[0] ?? ''
  secrets.known('session', cookie.split('=')[1])
  // A wrong one, and one that went into the wrong box.
  for (const wrong of [
    { name: 'grace', password: stray },
    { name: password, password: stray },
  ])
    expect((await post('/session', wrong)).status).toBe(401)
  const token = secrets.known('token', valueIn(ok(await post('/tokens', { name: 'ci', grants })), 'token'))
  secrets.known('token of a project', valueIn(ok(await post('/projects', { name: 'alpha' })), 'token'))
  secrets.known('token of a project', valueIn(ok(await post('/projects/alpha/token', {})), 'token'))
  const url = `http://127.0.0.1:${portOf(hook)}/${hookPath}?key=${hookPath}`
  for (const events of [['rollout', 'unit', 'device', 'attempt'], ['group']])
    secrets.known('secret of a webhook', valueIn(ok(await post('/webhooks', { url, events })), 'secret'))
  // Nobody answers there.
  await post('/webhooks', { url: `http://127.0.0.1:1/${hookPath}`, events: ['labels', 'group'] })
  return { cookie, token }
}

/** A sign-in through the provider, and what may go wrong on the way back. */
async function openId(): Promise<void> {
  const route = 'GET /session/openid/callback'
  const begin = async () => {
    const begun = ok(await asking.ask('GET /session/openid', '/api/v1/session/openid'))
    const address = new URL(begun.headers.get('location') ?? '')
    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const flow = cookie.slice(cookie.indexOf('=') + 1)
    secrets.known('OpenID flow', flow)
    for (const text of Object.values(JSON.parse(Buffer.from(flow, 'base64url').toString()) as Record<string, string>))
      secrets.known('OpenID flow', text)
    const back = new URL(await signInThere(browser(), fleet.url, 'ada', address.href))
    secrets.known('OpenID code', back.searchParams.get('code') ?? undefined)
    return { cookie, path: back.pathname + back.search }
  }
  const { cookie, path } = await begin()
  const came = ok(await asking.ask(route, path, { headers: { cookie } }))
  secrets.known('session', came.headers.getSetCookie()[0]?.split(';')[0]?.split('=')[1])
  const wrong: [string, Record<string, string>][] = [
    [path, { cookie }],
    [path, {}],
    [path, { cookie: `windlass_openid=${stray}` }],
    [path.replace(/state=[^&]+/, `state=${stray}`), { cookie }],
    [path.replace(/code=[^&]+/, `code=${stray}`), { cookie }],
    [path.replace(/iss=[^&]+/, `iss=${stray}`), { cookie }],
    [`/api/v1/session/openid/callback?error=denied&error_description=${stray}&state=${stray}`, { cookie }],
  ]
  for (const [at, headers] of wrong) expect((await asking.ask(route, at, { headers })).status).toBe(401)
  const other = await begin()
  const mixed = await asking.ask(route, other.path.replace(/code=[^&]+/, `code=${stray}`), {
    headers: { cookie: other.cookie },
  })
  expect(mixed.status).toBe(401)
}

/** Images from a registry with a login. */
async function pulls(): Promise<void> {
  const pull = { itemId: 'web', type: 'service', version: '1.0.0', login }
  const from = (name: string) => `docker://${registry.host}/${name}`
  ok(await post('/items/pull', { ...pull, from: from('open/app') }))
  const wrong = [
    { from: from('open/app'), login: { ...login, password: stray } },
    { from: `docker://me:${stray}@${registry.host}/open/app` },
    { from: from('lost/app') },
  ]
  for (const over of wrong) {
    const said = await post('/items/pull', { ...pull, version: '2.0.0', ...over })
    expect(said.status, said.text).toBeGreaterThan(399)
  }
}

/** Somebody who may push, by an admin's word. */
async function packager(): Promise<string> {
  const made = ok(await post('/packagers', { name: 'ci' }))
  secrets.known('secret of a packager', valueIn(made, 'secret'))
  return valueIn(made, 'id') ?? ''
}

/** A push of UpdateHub's packager, with right signatures and with wrong ones. */
async function push(): Promise<{ uid: string; object: string }> {
  const { uid, metadata, object, content } = await testPackage('4.0')
  const signed = (method: 'GET' | 'POST' | 'PUT', route: string, path: string, body = '', secret = packagerSecret) => {
    const headers = packagerHeaders({ method, path, body, secret, host: new URL(fleet.url).host }, Date.now())
    secrets.known('signature of a packager', headers['authorization']?.split('Signature=')[1])
    return asking.ask(`${method} /uhu${route}`, `/uhu${path}`, { headers, ...(body && { body }) })
  }
  const etag = JSON.stringify({ etag: 'none' })
  const objectPath = `/packages/${uid}/objects/${object}`
  ok(await signed('POST', '/packages', '/packages', metadata))
  for (const secret of [stray, `${packagerSecret}x`]) {
    const refused = [
      await signed('POST', '/packages', '/packages', metadata, secret),
      await signed('POST', '/packages/:uid/objects/:object', objectPath, etag, secret),
      await signed('PUT', '/packages/:uid/finish', `/packages/${uid}/finish`, '', secret),
      await signed('GET', '/packages/:uid', `/packages/${uid}`, '', secret),
    ]
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401])
  }
  const { url = '' } = JSON.parse(
    ok(await signed('POST', '/packages/:uid/objects/:object', objectPath, etag)).body,
  ) as {
    url?: string
  }
  const { pathname, search, searchParams } = new URL(url)
  secrets.known('ticket of the packager', searchParams.get('ticket') ?? undefined)
  const store = (query: string, body: string) =>
    asking.ask('PUT /uhu/storage/:uid/:object', pathname + query, { headers: bytes, body })
  for (const query of ['', `?ticket=${stray}`, `?ticket=${stray.repeat(9)}`, `${search}x`])
    expect((await store(query, 'x')).status).toBe(401)
  // A right ticket with wrong bytes.
  expect((await store(search, 'other bytes')).status).toBeGreaterThan(399)
  ok(await store(search, content.toString()))
  ok(await signed('PUT', '/packages/:uid/finish', `/packages/${uid}/finish`))
  ok(await signed('GET', '/packages/:uid', `/packages/${uid}`))
  return { uid, object }
}

/** A unit from its claim to its socket, where it says what it should and what it should not. */
async function unit(): Promise<{ blob: string; release: number; claim: string }> {
  const made = ok(await post('/claims', { uses: 2 }))
  const claimToken = secrets.known('claim', valueIn(made, 'token'))
  const csr = await makeRequest(await newKey('ec'), { commonName: 'somebody', dnsNames: [] })
  const order = { claimToken, systemId: 'u1', model: 'boat', csrs: [{ type: 'online', csr }] }
  const enrol = (body: string) => asking.ask('POST /enrolment', '/enrolment', { headers: json, body })
  ok(await enrol(encodeEnrolment(order)))
  for (const text of [...goneWrong(order, [claimToken], stray), encodeEnrolment({ ...order, claimToken: stray })])
    expect((await enrol(text)).status, text.slice(0, 200)).not.toBe(500)
  const client = operatorClient({ url: fleet.url, token: operatorToken })
  const item = await published(client, '1.0.0')
  const { id: release } = await client.addRelease({
    name: 'spring',
    items: [{ itemId: 'app', version: '1.0.0' }],
    instances: [{ itemId: 'app' }],
  })
  const asked = encodeDiscoveryRequest({ systemId: 'u1', supportedProtocols: ['wss'] })
  const found = ok(await asking.ask('POST /sd/v7/', '/sd/v7/', { headers: json, body: asked }))
  const { socket, say, next } = await onLine('u1', found.body)
  secrets.known('token of a socket', /"authToken":"([^"]+)"/.exec(found.body)?.[1])
  const variables = [{ name: 'PASSWORD', value: variable }]
  ok(await post('/units/u1/env', { items: [{ itemId: 'app', variables }] }, asAdmin, 'PUT'))
  await next('overrideEnvVars')
  say({ kind: 'request_blob_urls', correlationId: 'c', digests: [item.indexDigest] })
  const urls = JSON.stringify(await next('blobUrls')).replaceAll('\\u0026', '&')
  const ticket = secrets.known('ticket of a blob', /ticket=([\w-]+)/.exec(urls)?.[1])
  const query = /\?unit=[^"\\]+/.exec(urls)?.[0] ?? ''
  for (const method of ['GET', 'HEAD']) {
    const get = (search: string) =>
      asking.ask(`${method} /blobs/sha256/:hex`, `/blobs/${item.indexDigest.replace(':', '/')}${search}`)
    ok(await get(query))
    for (const wrong of ['', `?ticket=${stray}`, query.replace(ticket, stray), query.replace(/until=\d+/, 'until=1')])
      expect((await get(wrong)).status).toBe(403)
  }
  const ident = { itemId: 'app', subjectId: 'unit', index: 0 }
  say({ kind: 'new_state', ident, checksum: 'x', state: stray })
  say({ kind: 'env_vars_status', statuses: [{ ident, name: 'PASSWORD' }] })
  for (const text of goneWrong(
    { header: { version: 7, systemId: 'u1' }, data: { messageType: 'newState', state: stray } },
    [stray],
    stray,
  ))
    socket.send(text)
  await strangersAtSocket()
  // Everything before it was heard when this is answered.
  say({ kind: 'request_blob_urls', correlationId: 'd', digests: [item.indexDigest] })
  await next('blobUrls')
  socket.close()
  return { blob: item.indexDigest, release, claim: valueIn(made, 'id') ?? '' }
}

async function strangersAtSocket(): Promise<void> {
  const tries: [string, Record<string, string>][] = [
    ['/units/v7', { authorization: `Bearer ${stray}` }],
    ['/units/v7', { authorization: `Bearer ${Buffer.from('["u1",9e15]').toString('base64url')}.${stray}` }],
    [`/units/v7?token=${stray}`, { authorization: `Bearer ${stray}` }],
    [`/p/alpha/units/v7?token=${stray}`, { cookie: stray }],
    [`/p/none/units/v7?token=${stray}`, {}],
  ]
  for (const [path, headers] of tries) {
    const socket = new WebSocket(fleet.url.replace('http', 'ws') + path, { headers })
    expect(await new Promise((resolve) => socket.once('error', ({ message }) => resolve(message)))).toMatch(/40[14]/)
  }
}

/** A device that is updated, and an operator who sees to it. */
async function device(): Promise<{ uid: string; object: string; rollout: number }> {
  const client = operatorClient({ url: fleet.url, token: operatorToken })
  const made = await testPackage('3.1')
  await client.uploadPackage({
    body: (async function* () {
      yield await readFile(made.path)
    })(),
  })
  const tell = (path: string, body: object) =>
    asking.ask(`POST ${path}`, path, {
      headers: { ...agent, authorization: `Bearer ${stray}` },
      body: JSON.stringify(body),
    })
  await tell('/upgrades', deviceBody('A1', '3.0'))
  const { id: rollout } = await client.startRollout({ package: made.uid, to: { product } })
  ok(await tell('/upgrades', deviceBody('A1', '3.0')))
  ok(await tell('/report', { ...deviceBody('A1', '3.0'), status: 'downloading', 'package-uid': made.uid }))
  return { ...made, rollout }
}

/** Every order that changes something: what is asked of each route, rightly. `null`: no body. */
function ordersWith(ids: { uid: string; release: number; blob: string }): Owned['orders'] {
  const { uid, release, blob } = ids
  const grants = [{ role: 'viewer' }]
  const content = { name: 'r', items: [{ itemId: 'app', version: '1.0.0' }], instances: [{ itemId: 'app' }] }
  const variables = [{ name: 'PASSWORD', value: variable }]
  const url = `http://127.0.0.1:1/${hookPath}`
  return {
    'POST /session': { name: 'grace', password },
    'POST /users': { name: 'carol', grants, password },
    'PUT /users/:name/grants': { grants },
    'PUT /users/:name/password': { password },
    'POST /tokens': { name: 'mine', grants },
    'POST /packagers': { name: 'other' },
    'POST /projects': { name: 'gamma' },
    'POST /projects/:name/token': null,
    'POST /webhooks': { url, events: ['package'] },
    'POST /webhooks/:id/test': null,
    'POST /packages': 'nothing',
    'PUT /packages/:uid/rule': { needs: null, floor: false },
    'POST /rollouts': { package: uid, to: { devices: [serial] } },
    'POST /rollouts/forecast': { package: uid, to: { product } },
    'POST /rollouts/:id/pause': {},
    'POST /rollouts/:id/resume': null,
    'POST /rollouts/:id/abort': null,
    'POST /rollouts/:id/roll-back': null,
    'POST /rollouts/:id/approve': { by: 'grace' },
    'POST /devices/:id/retry': { package: uid },
    'POST /groups': { name: 'mine', devices: [serial] },
    'PUT /groups/:name': { devices: [serial] },
    'PUT /unit-groups/:name': { query: 'label.a = "c"' },
    'POST /unit-rollouts/forecast': { release, to: { units: ['u1'] } },
    'POST /devices/labels': { set: { a: 'b' }, to: { devices: [serial] } },
    'POST /devices/import': 'identity.serial\nX1\n',
    'POST /devices/:id/decommission': null,
    'POST /devices/:id/recommission': null,
    'PATCH /devices/:id/labels': { set: { a: 'b' } },
    'PUT /blobs/:digest': 'other bytes',
    'POST /items': { itemId: 'app', type: 'service', version: '1.0.1', indexDigest: blob },
    'POST /items/pull': {
      itemId: 'web',
      type: 'service',
      version: '1.0.0',
      from: `docker://${registry.host}/open/app`,
      login,
    },
    'POST /releases': content,
    'POST /claims': { systemId: 'u9' },
    'POST /unit-groups': { name: 'mine', query: 'label.a = "b"' },
    'POST /units/labels': { set: { a: 'b' }, to: { units: ['u1'] } },
    'PATCH /units/:id/labels': { set: { a: 'b' } },
    'PUT /units/:id/release': { release },
    'POST /unit-rollouts': { release, to: { units: ['u1'] } },
    'POST /unit-rollouts/:id/pause': {},
    'POST /unit-rollouts/:id/resume': null,
    'POST /unit-rollouts/:id/abort': null,
    'POST /unit-rollouts/:id/take-back': null,
    'POST /unit-rollouts/:id/approve': { by: 'grace' },
    'POST /units/:id/revocation': {},
    'POST /units/:id/logs': { type: 'system' },
    'PUT /units/:id/env': { items: [{ itemId: 'app', variables }] },
    'POST /upgrades': deviceBody('A1', '3.0'),
    'POST /report': { ...deviceBody('A1', '3.0'), status: 'downloading' },
    'POST /enrolment': { claimToken: stray, systemId: 'u2', model: 'boat', csrs: [] },
    'POST /sd/v7/': { version: 7, systemId: 'u1', supportedProtocols: ['wss'] },
    'POST /uhu/packages': null,
    'POST /uhu/packages/:uid/objects/:object': null,
    'PUT /uhu/packages/:uid/finish': null,
    'PUT /uhu/storage/:uid/:object': 'bytes',
  }
}

const pages =
  'devices units claims groups packages releases rollouts unit-rollouts activity audit settings projects'.split(' ')
const gets = `/ /health /ready /metrics /openapi.json /events /session /session/ways /session/openid /session/openid/callback
  /users /webhooks /webhooks/:id/deliveries /audit /audit/check /projects /tokens /claims /claims/:id /packagers
  /packages /packages/:uid /rollouts /rollouts/:id /groups /groups/:name /items /releases /releases/:id
  /devices /devices/:id /devices/:id/history /devices/count /devices/counts
  /units /units/:id /units/count /units/counts /units/:id/alerts /units/:id/monitoring /units/:id/logs /units/:id/env
  /unit-groups /unit-groups/:name /unit-rollouts /unit-rollouts/:id
  /blobs/sha256/:hex /products/:product/packages/:package/objects/:object /uhu/packages/:uid`
const heads = '/blobs/:digest /blobs/sha256/:hex /products/:product/packages/:package/objects/:object'
const deletes = `/session /users/:name /webhooks/:id /projects/:name /tokens/:id /packages/:uid
  /groups/:name /unit-groups/:name /claims/:id /packagers/:id`
const routesWith = (method: string, paths: string) => paths.split(/\s+/).map((path) => `${method} ${path}`)
/** What is asked without a body: nothing but what one shows of oneself, and the address. */
const bare = [
  ...pages.flatMap((page) => [`GET /${page}`, `GET /${page}/:id`]),
  ...routesWith('GET', gets),
  ...routesWith('HEAD', heads),
  ...routesWith('DELETE', deletes),
]

const nameOf = ({ method, url }: Route) => `${method} ${url.replace('/api/v1', '')}`

/** What others come with. */
const strangers: Record<string, string>[] = [
  {},
  { authorization: `Bearer ${stray}` },
  { authorization: `Basic ${Buffer.from(`me:${stray}`).toString('base64')}` },
  { authorization: `UH-V1 Credential=me, SignedHeaders=content-sha256;host;timestamp, Signature=${guessedSignature}` },
  { cookie: `windlass_session=${stray}; windlass_openid=${stray}` },
  { 'proxy-authorization': stray, 'x-api-key': stray, 'uh-signature': stray, 'idempotency-key': stray },
]

describe('a fleet that is told secrets', () => {
  it('is full of them', async () => {
    routes = await routesOf()
    const client = operatorClient({ url: fleet.url, token: operatorToken })
    void (async () => {
      for await (const event of client.events(gone.signal)) heard.push(JSON.stringify(event))
    })().catch(() => undefined)
    await expect.poll(() => heard.length).toBe(1)
    const somebody = await people()
    await openId()
    await pulls()
    const packagers = await packager()
    const { uid: pushed } = await push()
    const { blob, release, claim } = await unit()
    const { uid, object, rollout } = await device()
    await client.addGroup({ name: 'mine-too', query: 'version = "3.0"' })
    await client.labelDevices({ set: { site: 'Oslo' }, to: { devices: [serial] } })
    await client.addUnitGroup({ name: 'boats', query: 'label.a = "b"' })
    const names = {
      uid,
      object,
      product,
      package: uid,
      digest: blob,
      hex: blob.slice(7),
      users: 'bob',
      projects: 'alpha',
      groups: 'mine-too',
      claims: claim,
      packagers,
      units: 'u1',
      'unit-groups': 'boats',
      'unit-rollouts': '1',

      rollouts: String(rollout),
      releases: String(release),
      webhooks: '1',
      tokens: '1',
      devices: serial,
      pushed,
    }
    owned = { ...somebody, names, orders: ordersWith({ uid, release, blob }) }
  })

  it('has a line here for every route', () => {
    const lines = new Set([...Object.keys(owned.orders), ...bare])
    const known = routes.map(nameOf)
    expect(known.filter((name) => !lines.has(name))).toEqual([])
    expect([...lines].filter((name) => !known.includes(name))).toEqual([])
  })

  it('is asked everywhere, by whom it knows and by strangers, rightly and wrongly', async () => {
    // What ends something comes last.
    const ends = /DELETE|decommission|revocation|abort|roll-back|take-back|password|grants/
    const inTurn = routes.toSorted((one, other) => Number(ends.test(nameOf(one))) - Number(ends.test(nameOf(other))))
    const known = [password, hookPath, variable, login.password, stray]
    for (const route of inTurn) {
      const name = nameOf(route)
      const order = owned.orders[name] ?? null
      const body = typeof order === 'string' ? order : order && JSON.stringify(order)
      const type = typeof order === 'string' ? bytes : json
      const ask = (as: Record<string, string>, text: string | null, query = '') =>
        asking.ask(name, `${pathOf(route)}${query}`, {
          headers: { ...as, ...(text !== null && { ...type }) },
          ...(text !== null && { body: text }),
        })
      for (const as of strangers) await ask(as, body)
      await ask(
        { ...asAdmin, ...strangers.at(-1), cookie: `windlass_session=${stray}` },
        body,
        `?access_token=${stray}&ticket=${stray}&password=${stray}`,
      )
      if (typeof order === 'object' && order !== null)
        for (const text of goneWrong(order, known, stray)) await ask(asAdmin, text)
      if (order === null && !/^(GET|HEAD)/.test(name))
        for (const text of goneWrong({}, [], stray)) await ask(asAdmin, text)
      const right = await ask(asAdmin, body)
      // Those that no operator's token opens were asked rightly before.
      const opens = route.url.startsWith('/api') && !name.endsWith('/callback')
      if (opens) expect([401, 403, 500], `${name}: ${right.text}`).not.toContain(right.status)
    }
    const failed = asking.said.filter(({ status, body }) => status === 500 && !body.includes('"internal"'))
    expect(failed.map(({ route }) => route)).toEqual([])
  })

  it('is asked where nothing is', async () => {
    const query = `?access_token=${stray}`
    for (const path of [
      '/nowhere',
      '/api/v1/nowhere',
      '/api/v1/devices/%zz',
      '/%zz',
      '/uhu/nowhere',
      '/p/none',
      '/p/none/x',
      '/p/alpha/api/v1/nowhere',
    ])
      for (const method of ['GET', 'POST', 'PATCH'])
        for (const headers of [{}, asAdmin, { authorization: `Bearer ${stray}` }])
          await asking.ask(`${method} nowhere`, path + query, {
            headers: { ...headers, origin: `http://${stray.toLowerCase()}` },
          })
  })

  it('keeps them to itself', async () => {
    await expect.poll(() => posted.length, { timeout: 10_000 }).toBeGreaterThan(3)
    const admin = { headers: asAdmin }
    const metrics = await (await fetch(`${fleet.url}/metrics`, admin)).text()
    const audit: string[] = []
    for (let cursor = ''; ; ) {
      const answer = await fetch(`${fleet.url}/api/v1/audit?limit=100${cursor}`, admin)
      const text = await answer.text()
      audit.push(text)
      const { next } = JSON.parse(text) as { next: number | null }
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    gone.abort()
    await fleet.stop()
    const database = await readFile(join(folder, 'database/log'), 'utf8')
    // Each has something to be found in.
    const channels: Record<string, [string, string]> = {
      logs: [lines.join('\n'), 'sign-in refused'],
      traces: [traced.join('\n'), 'POST /api/v1/session'],
      metrics: [metrics, 'route="/api/v1/session"'],
      audit: [audit.join('\n'), '"action":"POST /users"'],
      events: [heard.join('\n'), '"kind":"rollout"'],
      posts: [posted.join('\n'), 'windlass-signature'],
      database: [database, 'database system is ready'],
    }
    for (const [name, [text, expected]] of Object.entries(channels))
      expect([name, text.includes(expected)], expected).toEqual([name, true])
    const shown = Object.entries(channels).flatMap(([name, [text]]) => shownIn(text).map((line) => `${name}: ${line}`))
    expect([...shown, ...asking.told(secrets, handsOut)]).toEqual([])
    expect(asking.said.length).toBeGreaterThan(1000)
    for (const [route, names] of Object.entries(handsOut))
      expect(
        names.filter(
          (name) => !asking.said.some((said) => said.route === route && secrets.foundIn(said.text).includes(name)),
        ),
      ).toEqual([])
  })
})

/** Lines with what is in them that should not be. */
function shownIn(text: string): string[] {
  return text.split('\n').flatMap((line) => secrets.foundIn(line).map((name) => `${name}: ${line}`))
}

/** The address of something that is there. */
function pathOf({ url }: Route): string {
  const [, kind = ''] = /^(?:\/api\/v1)?\/([\w-]+)/.exec(url) ?? []
  return url.replaceAll(/:(\w+)/g, (_, part: string) => {
    const value = owned.names[part === 'id' || part === 'name' ? kind : part]
    if (value === undefined && url.startsWith('/api')) throw new Error(`${url}: expected a line here for :${part}`)
    return encodeURIComponent(value ?? 'x')
  })
}
