import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { deviceId } from '../../identity/device-id.ts'
import { product } from '../../store/samples.ts'
import { seenEvents } from './seen-events.ts'
import { type TestFleet, type TestPackage, testFleet, testPackage } from './test-fleet.ts'

/*
 * Somebody who is admin over one group, on every route that there is: what lies outside is not there, or is refused. The routes are
 * those of the OpenAPI document: one that is new and not named below makes this fail.
 */

const other = 'e'.repeat(64)
const password = 'correct horse battery'
const inside = deviceId({ serial: 'inside' })
const outside = deviceId({ serial: 'outside' })
const strange = deviceId({ serial: 'strange' })
const unit = 'u1'

type Method = Parameters<TestFleet['api']>[0]
type Headers = Record<string, string>

let fleet: TestFleet
let mine: TestPackage
let theirs: TestPackage
let admin: Headers
let pilot: Headers

const as = async (headers: Headers, method: Method, path: string, body?: object) => {
  const answer = await fleet.api(method, path, body, headers)
  return { status: answer.statusCode, body: answer.body ? answer.json<Record<string, unknown>>() : {} }
}
const tokenOf = async (name: string, grants: object[]): Promise<Headers> => {
  const { body } = await as(admin, 'POST', '/tokens', { name, grants })
  return { authorization: `Bearer ${String(body['token'])}` }
}

/** Rollouts: 1 to the whole product, 2 to `outside` alone, 3 to the group, 4 to another product, 5 to both by name. */
beforeEach(async () => {
  fleet = await testFleet({ units: true, gate: { token: 'the-operator-token', loopback: true } })
  admin = { authorization: 'Bearer the-operator-token' }
  await fleet.probe('inside', '3.0')
  await fleet.probe('outside', '3.0')
  await fleet.probe('strange', '1.0', { body: { 'product-uid': other } })
  const post = async (path: string, body: object) => {
    const answer = await as(admin, 'POST', path, body)
    expect([path, answer.status < 300]).toEqual([path, true])
  }
  for (const [id, site] of [
    [inside, 'west'],
    [outside, 'hidden-east'],
    [strange, 'hidden-east'],
  ])
    await post('/devices/labels', { to: { devices: [id] }, set: { site } })
  await post('/groups', { name: 'pilots', query: 'label.site = west' })
  await post('/groups', { name: 'hidden', query: 'label.site = hidden-east' })
  mine = await testPackage('3.1')
  theirs = await testPackage('9.9', { over: { product: other } })
  const octets = { 'content-type': 'application/octet-stream', host: 'localhost', ...admin }
  for (const { path } of [mine, theirs])
    await fleet.app.inject({ method: 'POST', url: '/api/v1/packages', headers: octets, payload: await readFile(path) })
  for (const to of [{ product }, { devices: [outside] }, { group: 'pilots' }])
    await post('/rollouts', { package: mine.uid, to })
  await post('/rollouts', { package: theirs.uid, to: { product: other } })
  await post('/rollouts', { package: mine.uid, to: { devices: [inside, outside] } })
  await post('/users', { name: 'ada', password, grants: [{ role: 'admin' }] })
  await post('/unit-groups', { name: 'hidden-boats', query: 'label.site = hidden-east' })
  pilot = await tokenOf('pilot', [{ role: 'admin', group: 'pilots' }])
})

/** What only somebody could know who sees beyond the group. */
const marks = (): string[] => [outside, strange, theirs.uid, other, 'hidden']

/** All that lies outside, as it is. */
async function truth(): Promise<unknown[]> {
  const devices = [outside, strange].map((id) => `/devices/${id}`)
  const rollouts = [1, 2, 4, 5].map((id) => `/rollouts/${id}`)
  const paths = [...devices, ...rollouts, '/groups', '/packages', '/users', '/unit-groups']
  return Promise.all(paths.map(async (path) => (await as(admin, 'GET', path)).body))
}

interface Try {
  path?: string
  body?: object
  /** Status, and the code of a refusal; without: 200, and nothing of what lies outside. */
  gets?: readonly [number, string]
}
const missing = [403, 'role_missing'] as const
const noDevice = [404, 'device_unknown'] as const
const noRollout = [404, 'rollout_unknown'] as const
const noPackage = [404, 'package_unknown'] as const
const noGroup = [404, 'group_unknown'] as const

const refused: Try[] = [{ gets: missing }]
const steered = (word: string, body?: object): Try[] =>
  // Not there; there, and for others too.
  [2, 4]
    .map((id): Try => ({ path: `/rollouts/${id}/${word}`, gets: noRollout, ...(body && { body }) }))
    .concat([1, 5].map((id): Try => ({ path: `/rollouts/${id}/${word}`, gets: missing, ...(body && { body }) })))
const ofDevice = (rest: string, body?: object): Try[] =>
  [outside, strange].map((id) => ({ path: `/devices/${id}${rest}`, gets: noDevice, ...(body && { body }) }))
const filtered = (path: string): Try[] => [
  { path },
  { path: `${path}?search=hidden` },
  { path: `${path}?query=${encodeURIComponent('label.site = hidden-east')}` },
  { path: `${path}?group=hidden`, gets: noGroup },
]
const ordered = (path: string): Try[] => [
  { path, body: { package: theirs.uid, to: { product: other } }, gets: noPackage },
  { path, body: { package: mine.uid, to: { devices: [outside] } }, gets: noDevice },
  { path, body: { package: mine.uid, to: { devices: [inside, outside] } }, gets: noDevice },
  { path, body: { package: mine.uid, to: { group: 'hidden' } }, gets: noGroup },
  { path, body: { package: mine.uid, to: { product }, phases: [{ size: { group: 'hidden' } }] }, gets: noGroup },
]

/** What is tried on each route, and what comes of it. */
const lines: Readonly<Record<string, () => Try[]>> = {
  'GET /openapi.json': () => [{}],
  'GET /health': () => [{}],
  'POST /session': () => [{ body: { name: 'ada', password: 'wrong' }, gets: [401, 'sign_in_refused'] }],
  'GET /session': () => [{}],
  'GET /session/ways': () => [{}],
  'DELETE /session': () => [{ gets: [204, ''] }],
  'GET /users': () => refused,
  'POST /users': () => [{ body: { name: 'eve', grants: [{ role: 'viewer', group: 'pilots' }] }, gets: missing }],
  'PUT /users/{name}/grants': () => [{ body: { grants: [{ role: 'admin' }] }, gets: missing }],
  'PUT /users/{name}/password': () => [{ path: '/users/ada/password', body: { password }, gets: missing }],
  'DELETE /users/{name}': () => refused,
  'GET /webhooks': () => refused,
  'POST /webhooks': () => refused,
  'DELETE /webhooks/{id}': () => refused,
  'GET /webhooks/{id}/deliveries': () => refused,
  'POST /webhooks/{id}/test': () => refused,
  'GET /packagers': () => refused,
  'POST /packagers': () => refused,
  'DELETE /packagers/{id}': () => refused,
  'GET /audit': () => refused,
  'GET /audit/check': () => refused,
  'GET /projects': () => refused,
  'POST /projects': () => refused,
  'POST /projects/{name}/token': () => refused,
  'DELETE /projects/{name}': () => refused,
  'GET /tokens': () => [{}],
  'POST /tokens': () =>
    [{ role: 'viewer' }, { role: 'viewer', product }, { role: 'viewer', group: 'hidden' }].map((grant) => ({
      body: { name: 'more', grants: [grant] },
      gets: missing,
    })),
  'DELETE /tokens/{id}': () => [{ path: '/tokens/1', gets: [404, 'token_unknown'] }],

  'POST /packages': () => refused,
  'GET /packages': () => [{}],
  'GET /packages/{uid}': () => [{ path: `/packages/${theirs.uid}`, gets: noPackage }],
  'DELETE /packages/{uid}': () => refused,
  'PUT /packages/{uid}/rule': () => refused,
  'POST /rollouts': () => ordered('/rollouts'),
  'POST /rollouts/forecast': () => ordered('/rollouts/forecast'),
  'GET /rollouts': () => [{}],
  'GET /rollouts/{id}': () => [
    { path: '/rollouts/2', gets: noRollout },
    { path: '/rollouts/4', gets: noRollout },
    { path: '/rollouts/1' },
    { path: '/rollouts/5' },
  ],
  'POST /rollouts/{id}/pause': () => steered('pause'),
  'POST /rollouts/{id}/resume': () => steered('resume'),
  'POST /rollouts/{id}/abort': () => steered('abort'),
  'POST /rollouts/{id}/roll-back': () => steered('roll-back'),
  'POST /rollouts/{id}/approve': () => steered('approve', { by: 'ada' }),
  'GET /devices': () => filtered('/devices'),
  'GET /devices/{id}': () => [...ofDevice(''), { path: `/devices/${inside}` }],
  'GET /devices/{id}/history': () => ofDevice('/history'),
  'POST /devices/{id}/retry': () => ofDevice('/retry', { package: mine.uid }),
  'GET /groups': () => [{}],
  'POST /groups': () => [{ body: { name: 'more', query: 'all' }, gets: missing }],
  'GET /groups/{name}': () => [{ path: '/groups/hidden', gets: noGroup }, { path: '/groups/pilots' }],
  'PUT /groups/{name}': () => [{ path: '/groups/pilots', body: { query: 'all' }, gets: missing }],
  'DELETE /groups/{name}': () => [{ path: '/groups/pilots', gets: missing }],
  'POST /devices/labels': () => [
    { body: { to: { devices: [outside, strange] }, set: { mine: 'yes' } } },
    { body: { to: { query: 'all' }, set: { mine: 'yes' } } },
    { body: { to: { group: 'hidden' }, set: { mine: 'yes' } }, gets: noGroup },
    { body: { to: { query: 'all' }, set: { site: 'west' } }, gets: missing },
  ],
  'POST /devices/import': () => refused,
  'POST /devices/{id}/decommission': () => ofDevice('/decommission'),
  'POST /devices/{id}/recommission': () => ofDevice('/recommission'),
  'GET /devices/count': () => filtered('/devices/count'),
  'GET /devices/counts': () => [{}],
  'PATCH /devices/{id}/labels': () => [
    ...ofDevice('/labels', { set: { mine: 'yes' } }),
    { path: `/devices/${inside}/labels`, body: { set: { site: 'hidden-east' } }, gets: missing },
    { path: `/devices/${inside}/labels`, body: { remove: ['site'] }, gets: missing },
  ],

  'HEAD /blobs/{digest}': () => [{ gets: [403, ''] }],
  'PUT /blobs/{digest}': () => refused,
  'GET /items': () => refused,
  'POST /items': () => refused,
  'POST /items/pull': () => refused,
  'GET /releases': () => refused,
  'POST /releases': () => refused,
  'GET /releases/{id}': () => refused,
  'GET /claims': () => refused,
  'POST /claims': () => refused,
  'DELETE /claims/{id}': () => refused,
  'GET /unit-groups': () => refused,
  'POST /unit-groups': () => refused,
  'GET /unit-groups/{name}': () => refused,
  'PUT /unit-groups/{name}': () => refused,
  'DELETE /unit-groups/{name}': () => refused,
  'GET /units/count': () => refused,
  'GET /units/counts': () => refused,
  'POST /units/labels': () => refused,
  'PATCH /units/{id}/labels': () => refused,
  'GET /units': () => refused,
  'GET /units/{id}': () => refused,
  'PUT /units/{id}/release': () => refused,
  'POST /unit-rollouts': () => refused,
  'POST /unit-rollouts/forecast': () => refused,
  'GET /unit-rollouts': () => refused,
  'GET /unit-rollouts/{id}': () => refused,
  'POST /unit-rollouts/{id}/pause': () => refused,
  'POST /unit-rollouts/{id}/resume': () => refused,
  'POST /unit-rollouts/{id}/abort': () => refused,
  'POST /unit-rollouts/{id}/take-back': () => refused,
  'POST /unit-rollouts/{id}/approve': () => refused,
  'POST /units/{id}/revocation': () => refused,
  'GET /units/{id}/alerts': () => refused,
  'GET /units/{id}/monitoring': () => refused,
  'GET /units/{id}/logs': () => refused,
  'POST /units/{id}/logs': () => refused,
  'GET /units/{id}/env': () => refused,
  'PUT /units/{id}/env': () => refused,
}

const documented = async () => {
  const { body } = await as(admin, 'GET', '/openapi.json')
  const paths = body['paths'] as Record<string, Record<string, { 'x-permission': string }>>
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
  )
}

describe('a role over one group', () => {
  it('is tried on every route of the document', async () => {
    // Tried below, by what it sends.
    const streams = ['GET /events']
    // No document has it: it is the same without a body.
    const heads = ['HEAD /blobs/{digest}']
    expect([...Object.keys(lines), ...streams].toSorted()).toEqual([...(await documented()), ...heads].toSorted())
  })

  it.each(Object.keys(lines))('reaches nothing beyond it by %s', async (route) => {
    const [method = '', template = ''] = route.split(' ')
    const before = await truth()
    for (const { path, body, gets } of lines[route]?.() ?? []) {
      const url =
        path ??
        template
          .replaceAll('{uid}', mine.uid)
          .replaceAll('{id}', '1')
          .replaceAll(/\{\w+\}/g, unit)
      const answer = await as(pilot, method as Method, url, body)
      const code = typeof answer.body['code'] === 'string' ? answer.body['code'] : ''
      expect([url, answer.status, code]).toEqual([url, ...(gets ?? [200, ''])])
      if (!gets)
        for (const mark of marks())
          expect([url, mark, JSON.stringify(answer.body).includes(mark)]).toEqual([url, mark, false])
    }
    expect(await truth()).toEqual(before)
  })
})

describe('whoever operates one group', () => {
  const get = async (path: string) => (await as(pilot, 'GET', path)).body
  const post = (path: string, body?: object) => as(pilot, 'POST', path, body)

  it('sees of everything what has to do with its devices', async () => {
    expect(await get('/devices')).toMatchObject({ devices: [{ id: inside }], next: null })
    expect(await get('/devices/count')).toEqual({ devices: 1 })
    expect(await get('/devices/counts')).toMatchObject({ devices: 1, byProduct: [{ product, devices: 1 }] })
    expect(await get(`/devices/${inside}/history`)).toEqual({ reports: [] })
    expect(await get('/groups')).toMatchObject({ groups: [{ name: 'pilots', devices: 1 }] })
    expect(await get('/packages')).toMatchObject({ packages: [{ uid: mine.uid }] })
    expect(await get(`/packages/${mine.uid}`)).toMatchObject({ uid: mine.uid })
    const rollouts = [
      { id: 5, to: { devices: [inside] }, counts: { pending: 1 } },
      { id: 3, to: { group: 'pilots' }, counts: { pending: 1 } },
      { id: 1, to: { product }, counts: { pending: 1 } },
    ]
    expect(await get('/rollouts')).toMatchObject({ rollouts })
    expect(await get('/rollouts/1')).toMatchObject({
      phases: [{ counts: { pending: 1 } }],
      devices: [{ device: inside }],
    })
    expect(await get('/session')).toMatchObject({ grants: [{ role: 'admin', group: 'pilots' }] })
  })

  it('starts rollouts that go no further, whoever comes', async () => {
    const west = { group: 'pilots', query: 'label.site = west' }
    expect(await post('/rollouts', { package: mine.uid, to: { product } })).toMatchObject({
      status: 201,
      body: { to: west },
    })
    expect(await post('/rollouts', { package: mine.uid, to: { query: 'version < 4' } })).toMatchObject({
      body: { to: { query: 'label.site = west and version < 4' }, counts: { pending: 1 } },
    })
    expect(await post('/rollouts', { package: mine.uid, to: { group: 'pilots' } })).toMatchObject({
      body: { to: west },
    })
    expect(await post('/rollouts', { package: mine.uid, to: { devices: [inside] } })).toMatchObject({
      body: { to: { devices: [inside] } },
    })
    expect(await post('/rollouts/forecast', { package: mine.uid, to: { product } })).toMatchObject({
      body: { devices: 1 },
    })
    for (const id of [3, 6, 7, 8, 9]) {
      expect((await post(`/rollouts/${id}/pause`, { reason: 'lunch' })).status).toBe(200)
      expect((await post(`/rollouts/${id}/resume`)).status).toBe(200)
      expect((await post(`/rollouts/${id}/abort`)).body).toMatchObject({ status: 'aborted' })
    }
  })

  it('does not get the rollout of somebody else under the same key', async () => {
    const order = { package: mine.uid, to: { product } }
    const keyed = (headers: Headers) => as({ ...headers, 'idempotency-key': 'night' }, 'POST', '/rollouts', order)
    expect((await keyed(admin)).status).toBe(201)
    expect((await keyed(pilot)).body).toMatchObject({ code: 'key_reused' })
  })

  it('labels, retries and takes out of service what is in it', async () => {
    expect((await post('/devices/labels', { to: { query: 'all' }, set: { ring: '1' } })).body).toEqual({ devices: 1 })
    expect(await as(pilot, 'PATCH', `/devices/${inside}/labels`, { set: { ring: '2' } })).toMatchObject({
      body: { labels: { ring: '2', site: 'west' } },
    })
    await fleet.report('inside', 'downloading', { 'package-uid': mine.uid })
    await fleet.report('inside', 'error', {
      'package-uid': mine.uid,
      'previous-state': 'downloading',
      'error-message': 'x',
    })
    expect((await post(`/devices/${inside}/retry`, { package: mine.uid })).status).toBe(200)
    expect((await post(`/devices/${inside}/decommission`)).status).toBe(200)
    expect((await post(`/devices/${inside}/recommission`)).status).toBe(200)
  })

  it('takes back a rollout whose devices are still in it, and no other', async () => {
    const before = await testPackage('3.0')
    const headers = { 'content-type': 'application/octet-stream', host: 'localhost', ...admin }
    const payload = await readFile(before.path)
    await fleet.app.inject({ method: 'POST', url: '/api/v1/packages', headers, payload })
    await as(admin, 'POST', '/rollouts/5/abort')
    await fleet.probe('inside', '3.0')
    await fleet.probe('inside', '3.1')
    await as(admin, 'PATCH', `/devices/${inside}/labels`, { set: { site: 'hidden-east' } })
    expect(await post('/rollouts/3/roll-back')).toMatchObject({ status: 403, body: { code: 'role_missing' } })
    expect((await as(admin, 'GET', '/rollouts/3')).body).toMatchObject({ status: 'running' })
    await as(admin, 'PATCH', `/devices/${inside}/labels`, { set: { site: 'west' } })
    expect((await post('/rollouts/3/roll-back')).body).toMatchObject({ rollouts: [{ to: { devices: [inside] } }] })
  })

  it('loses a device from sight as soon as it leaves the group', async () => {
    await as(admin, 'PATCH', `/devices/${inside}/labels`, { set: { site: 'hidden-east' } })
    expect(await get('/devices')).toEqual({ devices: [], next: null })
    expect(await get(`/devices/${inside}`)).toMatchObject({ code: 'device_unknown' })
    expect(await get('/packages')).toEqual({ packages: [] })
    expect(await get('/rollouts')).toMatchObject({ rollouts: [{ id: 3, counts: { pending: 0 } }] })
  })

  it('hears of it, and of nothing else', async () => {
    const heard: string[] = []
    const stop = new AbortController()
    const sight = async () => [{ products: [], groups: await fleet.store.groupHeads(['pilots']) }]
    const events = seenEvents(fleet.events.listen(stop.signal), await sight(), sight, fleet.store)
    const listening = (async () => {
      for await (const event of events) {
        const about = 'device' in event ? event.device : 'rollout' in event ? event.rollout : ''
        if (heard.push(`${event.kind} ${about}`) === 6) stop.abort()
      }
    })()
    await fleet.probe('outside', '3.2')
    await fleet.probe('inside', '3.2')
    for (const id of [2, 4, 1, 3]) await as(admin, 'POST', `/rollouts/${id}/pause`)
    await as(admin, 'PATCH', `/devices/${outside}/labels`, { set: { x: 'y' } })
    await as(admin, 'PUT', '/groups/pilots', { query: 'label.x = y' })
    await fleet.probe('inside', '3.3')
    await fleet.probe('outside', '3.3')
    await listening
    // Who hears that he is connected reads afresh.
    const changes = ['connected ', 'connected ', `device ${outside}`]
    expect(heard).toEqual([`device ${inside}`, 'rollout 1', 'rollout 3', ...changes])
  })
})

describe('whoever hears what happens', () => {
  it('hears no more soon after his roles were changed or taken', async () => {
    const begun = () => fleet.api('GET', '/events', undefined, pilot)
    const streams = [begun(), begun()]
    await expect.poll(() => fleet.clock.sleepers).toBe(2)
    await fleet.clock.advance(15_000)
    const { body } = await as(admin, 'GET', '/tokens')
    const [{ id } = { id: 0 }] = body['tokens'] as { id: number }[]
    await as(admin, 'DELETE', `/tokens/${id}`)
    await fleet.clock.advance(15_000)
    for (const stream of streams) expect((await stream).body).toContain('"kind":"connected"')
  })
})

describe('a group over which somebody has a role', () => {
  it('stays as long as it is so', async () => {
    const remove = () => as(admin, 'DELETE', '/groups/pilots')
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'group_in_use' } })
    const { body } = await as(admin, 'GET', '/tokens')
    const [{ id } = { id: 0 }] = body['tokens'] as { id: number }[]
    await as(admin, 'DELETE', `/tokens/${id}`)
    expect((await remove()).status).toBe(204)
  })

  it('has to be there, and is named without a product', async () => {
    const user = (grant: object) => as(admin, 'POST', '/users', { name: 'bob', password, grants: [grant] })
    expect(await user({ role: 'viewer', group: 'nowhere' })).toMatchObject({
      status: 404,
      body: { code: 'group_unknown' },
    })
    expect(await user({ role: 'viewer', group: 'pilots', product })).toMatchObject({ status: 400 })
    expect(await user({ role: 'viewer', group: 'pilots' })).toMatchObject({
      status: 201,
      body: { grants: [{ role: 'viewer', group: 'pilots' }] },
    })
    const grants = [{ role: 'viewer', group: 'nowhere' }]
    expect((await as(admin, 'PUT', '/users/bob/grants', { grants })).body).toMatchObject({ code: 'group_unknown' })
    expect((await as(admin, 'POST', '/tokens', { name: 'x', grants })).body).toMatchObject({ code: 'group_unknown' })
  })

  it('keeps its labels from those who operate a product alone', async () => {
    const partner = await tokenOf('partner', [{ role: 'operator', product }])
    const label = (set: object) => as(partner, 'PATCH', `/devices/${outside}/labels`, { set })
    expect(await label({ site: 'west' })).toMatchObject({ status: 403, body: { code: 'role_missing' } })
    expect((await label({ ring: '1' })).status).toBe(200)
  })

  it('is one with others, and beside what one may elsewhere', async () => {
    const both = await tokenOf('both', [
      { role: 'operator', group: 'pilots' },
      { role: 'viewer', product: other },
    ])
    expect((await as(both, 'GET', '/devices')).body).toMatchObject({
      devices: [inside, strange].sort().map((id) => ({ id })),
    })
    expect((await as(both, 'POST', `/devices/${strange}/decommission`)).body).toMatchObject({ code: 'role_missing' })
    const order = { package: mine.uid, to: { devices: [inside, strange] } }
    expect((await as(both, 'POST', '/rollouts', order)).body).toMatchObject({ code: 'role_missing' })
    expect((await as(both, 'GET', '/groups')).body).toMatchObject({ groups: [{ name: 'hidden' }, { name: 'pilots' }] })
  })
})
