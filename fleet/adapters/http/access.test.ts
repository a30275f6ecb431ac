import { beforeEach, describe, expect, it } from 'vitest'
import { deviceId } from '../../identity/device-id.ts'
import { digestOf } from '../../people/secrets.ts'
import { product, uidOf } from '../../store/samples.ts'
import { rollOut, type TestFleet, testFleet, testPackage } from './test-fleet.ts'

interface Document {
  paths: Record<string, Record<string, { 'x-permission'?: string }>>
}
type Method = Parameters<TestFleet['api']>[0]

const password = 'correct horse battery'
const other = 'e'.repeat(64)
const a1 = deviceId({ serial: 'A1' })
const b2 = deviceId({ serial: 'B2' })

/** Every route of the document: with addresses filled in that name something, where they can. */
async function routesOf(fleet: TestFleet, headers = {}) {
  const { paths } = (await fleet.api('GET', '/openapi.json', undefined, headers)).json<Document>()
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { 'x-permission': permission }]) => {
      const url = path
        .replace(/^\/api\/v1/, '')
        .replaceAll('{uid}', uidOf('x'))
        .replaceAll(/\{[^}]+\}/g, '1')
      return { method: method.toUpperCase() as Method, url, permission: permission ?? 'none' }
    }),
  )
}

async function withUsers(fleet: TestFleet) {
  const admin = { name: 'ada', password, grants: [{ role: 'admin' }] }
  expect((await fleet.api('POST', '/users', admin)).statusCode).toBe(201)
  const cookie = await signedIn(fleet, 'ada')
  const tokenOf = async (name: string, grants: object[]) => {
    const made = await fleet.api('POST', '/tokens', { name, grants }, { cookie, origin: 'http://localhost:8000' })
    return { authorization: `Bearer ${made.json<{ token: string }>().token}` }
  }
  return { cookie, tokenOf }
}

async function signedIn(fleet: TestFleet, name: string, given = password): Promise<string> {
  const answer = await fleet.api('POST', '/session', { name, password: given })
  return /^[^;]+/.exec(String(answer.headers['set-cookie']))?.[0] ?? ''
}

const codeOf = (answer: { json(): unknown }) => (answer.json() as { code?: string }).code

describe('every route of the operator API', () => {
  let fleet: TestFleet
  beforeEach(async () => {
    fleet = await testFleet({ units: true })
  })

  it('says who may use it', async () => {
    const routes = await routesOf(fleet)
    expect(routes.length).toBeGreaterThan(35)
    for (const { method, url, permission } of routes)
      expect([method, url, permission]).toEqual([
        method,
        url,
        expect.stringMatching(/^(open|own|(read|publish|operate|approve|administer|host) over \w+)$/),
      ])
    expect(routes.filter(({ permission }) => permission === 'open')).toMatchObject([
      { method: 'POST', url: '/session' },
      { method: 'DELETE', url: '/session' },
      { method: 'GET', url: '/session/ways' },
    ])
  })

  it('is open on loopback while nobody has a name, and to nobody without a sign-in after that', async () => {
    expect((await fleet.api('GET', '/devices')).statusCode).toBe(200)
    const routes = await routesOf(fleet)
    await withUsers(fleet)
    const open = routes.filter(({ permission }) => permission !== 'open')
    for (const { method, url } of open) {
      const answer = await fleet.api(method, url, method === 'GET' || method === 'HEAD' ? undefined : {})
      expect([method, url, answer.statusCode]).toEqual([method, url, 401])
    }
    expect((await fleet.api('GET', '/nowhere')).statusCode).toBe(401)
    expect(fleet.logged).toContain('warning the fleet has its first user: from now on every request needs a sign-in')
  })

  it('is refused to whoever lacks its permission, and to nobody who has it', async () => {
    const routes = await routesOf(fleet)
    const { tokenOf } = await withUsers(fleet)
    const roles = { viewer: ['read'], operator: ['read', 'publish', 'operate'], approver: ['read', 'approve'] }
    for (const [role, may] of Object.entries(roles)) {
      const headers = await tokenOf(role, [{ role }])
      for (const { method, url, permission } of routes) {
        const needs = /^(\w+) over/.exec(permission)?.[1]
        if (needs === undefined || url === '/events') continue
        const answer = await fleet.api(method, url, undefined, headers)
        const seen = [role, method, url, answer.statusCode === 403 && method !== 'HEAD' ? codeOf(answer) : 'passed']
        if (!may.includes(needs) && method === 'HEAD') expect(answer.statusCode).toBe(403)
        else expect(seen).toEqual([role, method, url, may.includes(needs) ? 'passed' : 'role_missing'])
      }
    }
  })
})

describe('a role over one product', () => {
  it('shows, lets roll out and tells of nothing beyond it', async () => {
    const fleet = await testFleet({ units: true })
    await fleet.probe('A1', '3.0')
    await fleet.probe('B2', '3.0', { body: { 'product-uid': other } })
    const mine = await rollOut(fleet, '3.1')
    const strange = await testPackage('9.9', { over: { product: other } })
    await fleet.upload(strange.path)
    await fleet.api('POST', '/rollouts', { package: strange.uid, to: { product: other } })
    await fleet.api('POST', '/groups', { name: 'all', query: 'all' })
    await fleet.api('POST', '/groups', { name: 'two', devices: [a1, b2] })
    const { tokenOf } = await withUsers(fleet)
    const headers = await tokenOf('partner', [{ role: 'operator', product }])
    const get = async (url: string) => (await fleet.api('GET', url, undefined, headers)).json()

    expect(await get('/devices')).toMatchObject({ devices: [{ id: a1 }] })
    expect(await get('/devices/count')).toEqual({ devices: 1 })
    expect(await get('/devices/count?group=two')).toEqual({ devices: 1 })
    expect(await get('/devices/counts')).toMatchObject({ devices: 1, byProduct: [{ product, devices: 1 }] })
    expect(await get('/groups')).toMatchObject({ groups: [{ devices: 1 }, { devices: 1 }] })
    expect(await get('/groups/two')).toMatchObject({ name: 'two', devices: 1 })
    expect(await get('/packages')).toMatchObject({ packages: [{ uid: mine.uid }] })
    expect(await get('/rollouts')).toMatchObject({ rollouts: [{ id: 1 }] })
    expect(await get(`/devices/${a1}`)).toMatchObject({ id: a1 })
    expect(await get(`/devices/${b2}`)).toMatchObject({ code: 'device_unknown' })
    expect(await get(`/devices/${b2}/history`)).toMatchObject({ code: 'device_unknown' })
    expect(await get(`/packages/${strange.uid}`)).toMatchObject({ code: 'package_unknown' })
    expect(await get('/rollouts/2')).toMatchObject({ code: 'rollout_unknown' })
    expect(await get('/units')).toMatchObject({ code: 'role_missing' })
    const post = async (url: string, body?: object) => (await fleet.api('POST', url, body, headers)).json()
    expect(await post('/groups', { name: 'mine', query: 'all' })).toMatchObject({ code: 'role_missing' })
    expect(await post('/rollouts/2/abort')).toMatchObject({ code: 'rollout_unknown' })
    expect(await post(`/devices/${b2}/retry`, { package: strange.uid })).toMatchObject({ code: 'device_unknown' })
    const order = { package: strange.uid, to: { product: other } }
    expect(await post('/rollouts', order)).toMatchObject({ code: 'package_unknown' })
    expect(await post('/rollouts', { package: mine.uid, to: { devices: [a1] } })).toMatchObject({ id: 3 })
    expect(await post('/rollouts/3/abort')).toMatchObject({ status: 'aborted' })

    const reader = await tokenOf('reader', [{ role: 'viewer' }, { role: 'operator', product: other }])
    const refused = await fleet.api('POST', '/rollouts/1/abort', undefined, reader)
    expect(codeOf(refused)).toBe('role_missing')
  })
})

describe('an approval', () => {
  it('is given in one’s own name alone', async () => {
    const fleet = await testFleet()
    await fleet.probe('A1', '3.0')
    const { uid, path } = await testPackage('3.1')
    await fleet.upload(path)
    const gate = { approval: { by: ['ada', 'bob'], needed: 2 } }
    const phases = [{ size: { count: 1 }, gate }]
    const started = await fleet.api('POST', '/rollouts', { package: uid, to: { product }, phases })
    expect(started.statusCode).toBe(201)
    const { cookie } = await withUsers(fleet)
    const as = { cookie, origin: 'http://localhost:8000' }
    const url = `/rollouts/${started.json<{ id: number }>().id}/approve`
    expect(codeOf(await fleet.api('POST', url, { by: 'bob' }, as))).toBe('role_missing')
    expect((await fleet.api('POST', url, { by: 'ada' }, as)).statusCode).toBe(200)
  })
})

describe('sessions', () => {
  it('come as a cookie that scripts and other sites cannot use, and end', async () => {
    const fleet = await testFleet()
    await withUsers(fleet)
    const answer = await fleet.api('POST', '/session', { name: 'ada', password })
    expect(answer.json()).toEqual({ kind: 'user', name: 'ada', grants: [{ role: 'admin' }] })
    expect(answer.headers['set-cookie']).toMatch(
      /^windlass_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    )
    const cookie = await signedIn(fleet, 'ada')
    const as = { cookie: `theme=dark; ${cookie}` }
    expect((await fleet.api('GET', '/session', undefined, as)).json()).toMatchObject({ name: 'ada' })
    const forged = [{}, { origin: 'http://evil.example' }, { origin: 'http://localhost:9000' }]
    for (const origin of forged)
      expect(codeOf(await fleet.api('POST', '/tokens', {}, { ...as, ...origin }))).toBe('origin_refused')
    const origin = 'http://localhost:8000'
    expect((await fleet.api('DELETE', '/session', undefined, { ...as, origin })).statusCode).toBe(204)
    expect(codeOf(await fleet.api('GET', '/session', undefined, as))).toBe('token_missing')
    const late = await signedIn(fleet, 'ada')
    await fleet.clock.advance(12 * 3600 * 1000)
    expect(codeOf(await fleet.api('GET', '/session', undefined, { cookie: late }))).toBe('token_missing')
  })

  it('are refused alike for a wrong name and a wrong password, and after five wrong ones for the right one', async () => {
    const fleet = await testFleet()
    await withUsers(fleet)
    const wrong = { name: 'ada', password: 'wrong' }
    const [one, none] = [
      await fleet.api('POST', '/session', wrong),
      await fleet.api('POST', '/session', { ...wrong, name: 'bob' }),
    ]
    expect([one.statusCode, one.json()]).toEqual([401, none.json()])
    for (let i = 0; i < 4; i += 1) await fleet.api('POST', '/session', wrong)
    expect(codeOf(await fleet.api('POST', '/session', { name: 'ada', password }))).toBe('sign_in_refused')
    await fleet.clock.advance(60_000)
    expect((await fleet.api('POST', '/session', { name: 'ada', password })).statusCode).toBe(200)
  })

  it('can be begun 20 times a minute from one address', async () => {
    const fleet = await testFleet()
    for (let i = 0; i < 20; i += 1) await fleet.api('POST', '/session', { name: 'x', password })
    const refused = await fleet.api('POST', '/session', { name: 'x', password })
    expect([refused.statusCode, refused.headers['retry-after'], codeOf(refused)]).toEqual([429, '3', 'rate_limited'])
  })
})

describe('tokens', () => {
  it('hold until they are withdrawn or over, and no longer than whoever made them may', async () => {
    const fleet = await testFleet()
    const { cookie } = await withUsers(fleet)
    const as = { cookie, origin: 'http://localhost:8000' }
    await fleet.api('POST', '/users', { name: 'bob', password, grants: [{ role: 'operator' }] }, as)
    const bob = { cookie: await signedIn(fleet, 'bob'), origin: 'http://localhost:8000' }
    const more = { name: 'more', grants: [{ role: 'admin' }] }
    expect(codeOf(await fleet.api('POST', '/tokens', more, bob))).toBe('role_missing')
    const made = await fleet.api('POST', '/tokens', { name: 'ci', grants: [{ role: 'operator' }], days: 30 }, bob)
    const { token, id } = made.json<{ token: string; id: number }>()
    expect(await fleet.people.store.tokens()).toMatchObject([{ hash: digestOf(token), madeBy: 'bob' }])
    const ci = { authorization: `Bearer ${token}` }
    expect((await fleet.api('POST', '/rollouts/1/abort', undefined, ci)).statusCode).toBe(404)
    expect((await fleet.api('GET', '/tokens', undefined, bob)).json()).toMatchObject({
      tokens: [{ id, lastUsed: new Date(fleet.clock.now()).toISOString(), withdrawnAt: null }],
    })
    await fleet.api('PUT', '/users/bob/grants', { grants: [{ role: 'viewer' }] }, as)
    expect(codeOf(await fleet.api('POST', '/rollouts/1/abort', undefined, ci))).toBe('role_missing')
    expect((await fleet.api('GET', '/devices', undefined, ci)).statusCode).toBe(200)
    await fleet.clock.advance(31 * 24 * 3600 * 1000)
    expect(codeOf(await fleet.api('GET', '/devices', undefined, ci))).toBe('token_wrong')
  })

  it('of others are seen and withdrawn by admins alone', async () => {
    const fleet = await testFleet()
    const { cookie, tokenOf } = await withUsers(fleet)
    const viewer = await tokenOf('viewer', [{ role: 'viewer' }])
    const as = { cookie, origin: 'http://localhost:8000' }
    await fleet.api('POST', '/users', { name: 'bob', password, grants: [{ role: 'operator' }] }, as)
    const bob = { cookie: await signedIn(fleet, 'bob'), origin: 'http://localhost:8000' }
    expect((await fleet.api('GET', '/tokens', undefined, bob)).json()).toEqual({ tokens: [] })
    expect(codeOf(await fleet.api('DELETE', '/tokens/1', undefined, bob))).toBe('token_unknown')
    expect((await fleet.api('GET', '/devices', undefined, viewer)).statusCode).toBe(200)
    expect((await fleet.api('DELETE', '/tokens/1', undefined, as)).statusCode).toBe(204)
    expect(codeOf(await fleet.api('GET', '/devices', undefined, viewer))).toBe('token_wrong')
  })
})

describe('the fleet', () => {
  it('keeps its last admin', async () => {
    const fleet = await testFleet()
    const first = await fleet.api('POST', '/users', { name: 'bob', grants: [{ role: 'viewer' }] })
    expect([first.statusCode, codeOf(first)]).toEqual([409, 'admin_needed'])
    const { cookie } = await withUsers(fleet)
    const as = { cookie, origin: 'http://localhost:8000' }
    expect(codeOf(await fleet.api('DELETE', '/users/ada', undefined, as))).toBe('admin_needed')
  })

  it('makes a password where none is given, and lets everyone change one’s own', async () => {
    const fleet = await testFleet()
    const { cookie } = await withUsers(fleet)
    const as = { cookie, origin: 'http://localhost:8000' }
    const made = await fleet.api('POST', '/users', { name: 'bob', grants: [{ role: 'viewer' }] }, as)
    const given = made.json<{ password: string }>().password
    expect(given).toMatch(/^(\w{5}-){3}\w{5}$/)
    const bob = { cookie: await signedIn(fleet, 'bob', given), origin: 'http://localhost:8000' }
    expect(codeOf(await fleet.api('PUT', '/users/ada/password', { password }, bob))).toBe('role_missing')
    expect((await fleet.api('PUT', '/users/bob/password', { password }, bob)).json()).toEqual({ password: null })
    expect(codeOf(await fleet.api('GET', '/session', undefined, bob))).toBe('token_missing')
    expect(await signedIn(fleet, 'bob')).not.toBe('')
  })

  it('lets each caller ask so often, and says when to come again', async () => {
    const fleet = await testFleet({ gate: { token: null, loopback: true, requestsPerMinute: 60 } })
    for (let i = 0; i < 60; i += 1) expect((await fleet.api('GET', '/health')).statusCode).toBe(200)
    const refused = await fleet.api('GET', '/health')
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1'])
    await fleet.clock.advance(1000)
    expect((await fleet.api('GET', '/health')).statusCode).toBe(200)
  })

  it('tells browsers to keep and show nothing of its answers', async () => {
    const fleet = await testFleet()
    for (const url of ['/devices', '/nowhere'])
      expect((await fleet.api('GET', url)).headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
      })
  })

  it('writes no password, token or session into its log', async () => {
    const fleet = await testFleet()
    const { cookie, tokenOf } = await withUsers(fleet)
    const { authorization } = await tokenOf('ci', [{ role: 'viewer' }])
    const secrets = [password, cookie.split('=')[1] ?? '', authorization.slice(7)]
    for (const secret of secrets) {
      await fleet.api('POST', '/session', { name: secret, password: secret })
      await fleet.api('POST', '/session', { name: 'ada', password: `${secret}!` })
      await fleet.api('GET', `/devices/${secret}?search=${secret}`, undefined, {
        authorization: `Bearer ${secret}`,
        cookie: `x=${secret}`,
      })
      await fleet.api(
        'POST',
        `/users`,
        { name: secret, password: secret, nonsense: secret },
        { cookie: `windlass_session=${secret}` },
      )
    }
    expect(fleet.lines.length).toBeGreaterThan(3)
    for (const secret of secrets) expect(fleet.lines.filter((line) => line.includes(secret))).toEqual([])
  })
})
