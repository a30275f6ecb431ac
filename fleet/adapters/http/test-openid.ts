import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { onTestFinished } from 'vitest'
import type { OpenIdSettings } from '../../people/openid.ts'

const clientSecret = 'a-shared-secret-of-some-length'

interface Of {
  /** How it is ended; default: with the test. */
  ended?: (end: () => void) => void
  /** Is shown every token that it gives. */
  onToken?: (token: string) => void
}

/** A real OpenID provider on this machine, whose people sign in with any password. Answers how a fleet names it. */
export async function openIdServer(
  redirect: string,
  groups: Readonly<Record<string, readonly string[]>>,
  { ended = onTestFinished, onToken }: Of = {},
): Promise<Pick<OpenIdSettings, 'issuer' | 'clientId' | 'clientSecret' | 'nameClaim' | 'rolesClaim'>> {
  let handle: (...args: never[]) => unknown = () => undefined
  const server = createServer((request, response) => void handle(request as never, response as never))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ended(() => void server.close())
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const oidc = new Provider(issuer, {
    clients: [{ client_id: 'windlass', client_secret: clientSecret, redirect_uris: [redirect] }],
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    findAccount: async (_ctx: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, preferred_username: sub, groups: groups[sub] }),
    }),
    cookies: { keys: ['a key'] },
    pkce: { required: () => true },
  })
  oidc.on('access_token.saved', ({ jti }) => onToken?.(jti))
  handle = oidc.callback() as never
  return { issuer, clientId: 'windlass', clientSecret, nameClaim: 'preferred_username', rolesClaim: 'groups' }
}

/** A browser that follows what it is sent to, with the cookies of each host. */
export function browser() {
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

/** Goes to the provider of the fleet or project at `url` and signs in there; answers where the browser is sent back to. */
export async function signInThere(
  { ask, follow }: ReturnType<typeof browser>,
  url: string,
  name: string,
  start = `${url}/api/v1/session/openid`,
) {
  const atLogin = await follow(start, (at) => at.includes('/interaction/'))
  const { next: afterLogin } = await ask(atLogin, { prompt: 'login', login: name, password: 'any' })
  const atConsent = await follow(afterLogin ?? '', (at) => at.includes('/interaction/'))
  const { next: afterConsent } = await ask(atConsent, { prompt: 'consent' })
  return follow(afterConsent ?? '', (at) => at.startsWith(url))
}
