import { describe, expect, it } from 'vitest'
import type { OpenIdSettings } from '../../people/openid.ts'
import { testFleet } from './test-fleet.ts'
import { browser, openIdServer, signInThere } from './test-openid.ts'

const groups: Record<string, string[]> = { ada: ['crew', 'captains'], bob: ['crew'], eve: ['strangers'] }

async function signedInAs(name: string, over: Partial<OpenIdSettings> = {}) {
  const port = 18_000 + Math.floor(Math.random() * 10_000)
  const url = `http://127.0.0.1:${port}`
  const server = await openIdServer(`${url}/api/v1/session/openid/callback`, groups)
  const roles = { crew: [{ role: 'viewer' as const }], captains: [{ role: 'admin' as const }] }
  const fleet = await testFleet({ openid: { ...server, roles, ...over } })
  await fleet.app.listen({ host: '127.0.0.1', port })
  const own = browser()
  const back = await signInThere(own, url, name)
  const last = await own.ask(back)
  return { fleet, jar: own.jar, back, last, ask: own.ask, url }
}

describe('sign-in through an OpenID provider', () => {
  it('begins a session with the roles of the groups that the provider tells', async () => {
    const { fleet, jar, last, url } = await signedInAs('ada')
    expect([last.answer.status, last.next]).toEqual([302, `${url}/`])
    const cookie = `windlass_session=${jar.get('windlass_session')}`
    expect((await fleet.api('GET', '/session', undefined, { cookie })).json()).toEqual({
      kind: 'user',
      name: 'ada',
      grants: [{ role: 'viewer' }, { role: 'admin' }],
    })
    expect(jar.has('windlass_openid')).toBe(false)
    expect(await fleet.people.audit.following(0, 9)).toMatchObject([
      { who: 'ada', action: 'GET /session/openid/callback', result: 302 },
    ])
  })

  it('gives roles over groups of devices', async () => {
    const crew = [{ role: 'operator' as const, group: 'pilots' }]
    const { fleet, jar } = await signedInAs('ada', { roles: { crew, captains: [{ role: 'admin' }] } })
    const cookie = `windlass_session=${jar.get('windlass_session')}`
    const session = await fleet.api('GET', '/session', undefined, { cookie })
    expect(session.json()).toMatchObject({ grants: [...crew, { role: 'admin' }] })
  })

  it('cannot be finished twice, in another browser, or with a changed answer', async () => {
    const { back, ask } = await signedInAs('ada')
    const again = await ask(back)
    expect([again.answer.status, await again.answer.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'sign_in_refused' }),
    ])
  })

  it('lets nobody in whose groups the settings do not name', async () => {
    const { fleet, last } = await signedInAs('eve')
    expect([last.answer.status, await last.answer.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'role_missing' }),
    ])
    expect(await fleet.people.store.users()).toEqual([])
  })

  it('does not make a first user who is no admin', async () => {
    const { last } = await signedInAs('bob')
    expect(await last.answer.json()).toMatchObject({ code: 'admin_needed' })
  })
})
