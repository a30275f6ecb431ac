import { describe, expect, it } from 'vitest'
import type { Entry } from '../../people/audit.ts'
import { testFleet, testPackage } from './test-fleet.ts'

const password = 'correct horse battery'
const admin = { name: 'ada', password, grants: [{ role: 'admin' }] }
const origin = 'http://localhost:8000'

describe('the audit log', () => {
  it('has who did what, when, from where and with what result, refused or not', async () => {
    const fleet = await testFleet()
    await fleet.api('POST', '/users', admin)
    await fleet.clock.advance(1000)
    await fleet.api('POST', '/session', { name: 'ada', password: 'wrong' })
    await fleet.api('POST', '/session', { name: password, password })
    const signedIn = await fleet.api('POST', '/session', { name: 'ada', password })
    const cookie = /^[^;]+/.exec(String(signedIn.headers['set-cookie']))?.[0] ?? ''
    const as = { cookie, origin }
    const token = await fleet.api('POST', '/tokens', { name: 'ci', grants: [{ role: 'viewer' }] }, as)
    const ci = { authorization: `Bearer ${token.json<{ token: string }>().token}` }
    await fleet.api('POST', '/rollouts/7/abort?why=none', undefined, ci)
    await fleet.api('GET', '/devices', undefined, ci)
    await fleet.api('POST', '/rollouts/forecast', {}, as)
    await fleet.api('DELETE', '/users/ada', undefined, as)
    await fleet.api('POST', '/users', {})
    await fleet.api('DELETE', '/session', undefined, as)
    const lines = (await fleet.people.audit.following(0, 99)).map(
      ({ kind, who, action, target, made, result, code }: Entry) =>
        `${kind} ${who}: ${action} ${target.replace('/api/v1', '')} ${made} ${result} ${code}`,
    )
    expect(lines).toEqual([
      'anyone anyone on this machine: POST /users /users ada 201 null',
      'user ada: POST /session /session null 401 sign_in_refused',
      'user unknown: POST /session /session null 401 sign_in_refused',
      'user ada: POST /session /session ada 200 null',
      'user ada: POST /tokens /tokens 1 201 null',
      'token ci: POST /rollouts/:id/abort /rollouts/7/abort null 403 role_missing',
      'user ada: DELETE /users/:name /users/ada null 409 admin_needed',
      'user ada: DELETE /session /session null 204 null',
    ])
    const [first, second] = await fleet.people.audit.following(0, 2)
    expect(first).toMatchObject({ from: '127.0.0.1' })
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(1000)
  })

  it('has uploads, too', async () => {
    const fleet = await testFleet()
    const { path, uid } = await testPackage('3.1')
    await fleet.upload(path)
    await fleet.upload(Buffer.from('no archive'))
    expect(await fleet.people.audit.following(0, 9)).toMatchObject([
      { action: 'POST /packages', made: uid, result: 201 },
      { action: 'POST /packages', made: null, result: 422, code: 'archive_invalid' },
    ])
  })

  it('is read and checked by admins, and changed by nobody', async () => {
    const fleet = await testFleet()
    for (const name of ['one', 'two', 'three']) await fleet.api('POST', '/groups', { name, query: 'version = "1"' })
    const page = (await fleet.api('GET', '/audit?limit=2&action=groups')).json<{ entries: Entry[]; next: number }>()
    expect(page.entries.map(({ made }) => made)).toEqual(['three', 'two'])
    const rest = await fleet.api('GET', `/audit?limit=2&cursor=${page.next}`)
    expect(rest.json()).toMatchObject({ entries: [{ made: 'one', who: 'anyone on this machine' }], next: null })
    expect((await fleet.api('GET', '/audit/check')).json()).toMatchObject({ entries: 3, brokenAt: null })
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const)
      for (const url of ['/audit', '/audit/1', '/audit/check'])
        expect((await fleet.api(method, url)).statusCode).toBe(404)
  })

  it('comes before the answer: what cannot be written down is answered with an error', async () => {
    const fleet = await testFleet()
    fleet.people.audit.add = () => Promise.reject(new Error('disk full'))
    expect((await fleet.api('POST', '/groups', { name: 'one', query: 'version = "1"' })).statusCode).toBe(500)
    expect((await fleet.api('GET', '/groups')).statusCode).toBe(200)
  })
})
