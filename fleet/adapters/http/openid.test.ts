import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { OpenIdSettings } from '../../people/openid.ts'
import { testFleet } from './test-fleet.ts'

const groups: Record<string, string[]> = { ada: ['crew', 'captains'], bob: ['crew'], eve: ['strangers'] }

/** A real OpenID provider on this machine, whose people sign in with any password. */
async function provider(redirect: () => string): Promise<string> {
  let handle: (...args: never[]) => unknown = () => undefined
  const server = createServer((request, response) => void handle(request as never, response as never))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const oidc = new Provider(issuer, {
    clients: [{ client_id: 'windlass', client_secret: 'a-shared-secret-of-some-length', redirect_uris: [redirect()] }],
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    findAccount: async (_ctx: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, preferred_username: sub, groups: groups[sub] }),
    }),
    cookies: { keys: ['a key'] },
    pkce: { required: () => true },
  })
  handle = oidc.callback() as never
  return issuer
}

/** A browser that follows what it is sent to, with the cookies of each host. */
function browser() {
  const jar = new Map<string, string>()
  const ask = async (url: string, form?: Record<string, string>) => {
    const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }
    const body = form && new URLSearchParams(form)
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      headers,
      redirect: 'manual',
      ...(body && { body }),
    })
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    const next = answer.headers.get('location')
    return { answer, next: next && new URL(next, url).href }
  }
  const follow = async (start: string, until: (url: string) => boolean): Promise<string> => {
    let url = start
    for (let steps = 0; steps < 10 && !until(url); steps += 1) url = (await ask(url)).next ?? ''
    return url
  }
  return { jar, ask, follow }
}

async function signedInAs(name: string, over: Partial<OpenIdSettings> = {}) {
  const port = 18_000 + Math.floor(Math.random() * 10_000)
  const url = `http://127.0.0.1:${port}`
  const issuer = await provider(() => `${url}/api/v1/session/openid/callback`)
  const fleet = await testFleet({
    openid: {
      issuer,
      clientId: 'windlass',
      clientSecret: 'a-shared-secret-of-some-length',
      nameClaim: 'preferred_username',
      rolesClaim: 'groups',
      roles: { crew: [{ role: 'viewer' }], captains: [{ role: 'admin' }] },
      ...over,
    },
  })
  await fleet.app.listen({ host: '127.0.0.1', port })
  const { jar, ask, follow } = browser()
  const atLogin = await follow(`${url}/api/v1/session/openid`, (at) => at.includes('/interaction/'))
  const { next: afterLogin } = await ask(atLogin, { prompt: 'login', login: name, password: 'any' })
  const atConsent = await follow(afterLogin ?? '', (at) => at.includes('/interaction/'))
  const { next: afterConsent } = await ask(atConsent, { prompt: 'consent' })
  const back = await follow(afterConsent ?? '', (at) => at.startsWith(url))
  const last = await ask(back)
  return { fleet, jar, back, last, ask, url }
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
