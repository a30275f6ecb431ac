import { openIdPath } from '@windlass/wire/operator'
import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import { FleetError } from '../../fleet-error.ts'
import { admitPerson, type OpenIdProvider, type OpenIdSettings, personIn } from '../../people/openid.ts'
import { beginSession, type SignInPorts, sessionMs } from '../../people/sign-in.ts'
import { note } from './audit.ts'
import { type Cookies, sessionCookieOf } from './session-routes.ts'
import { baseUrlOf } from './unit-routes.ts'

export interface OpenIdPorts extends SignInPorts {
  provider: OpenIdProvider
  settings: OpenIdSettings
}

const flowCookie = 'windlass_openid'
const flowSeconds = 600
const callbackPath = `${openIdPath}/callback`
const flowOf = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() })

/** Sign-in through the OpenID provider: there, and back. */
export function openIdRoutes(app: FastifyInstance, ports: OpenIdPorts, cookies: Cookies): void {
  const { provider, settings, store, now } = ports
  const { base } = cookies
  app.get('/session/openid', async (request, reply) => {
    const { address, flow } = await provider.begin(`${baseUrlOf(request.raw, base)}${callbackPath}`)
    const text = Buffer.from(JSON.stringify(flow)).toString('base64url')
    return reply.header('set-cookie', flowCookieOf(text, flowSeconds, cookies)).redirect(address)
  })
  app.get('/session/openid/callback', async (request, reply) => {
    const text = new RegExp(`(?:^|;\\s*)${flowCookie}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1]
    const claims = await provider.finish(new URL(`${baseUrlOf(request.raw, base)}${request.url}`), flowIn(text))
    const person = personIn(claims, settings)
    note(request, { who: person.name })
    await admitPerson(store, person, now())
    const session = await beginSession(ports, person.name)
    return home(reply, [sessionCookieOf(session, sessionMs / 1000, cookies), flowCookieOf('', 0, cookies)], base)
  })
}

/** The session's cookie does not go along with what another site began: the page asks again by itself, and then it does. */
function home(reply: FastifyReply, cookies: string[], base: string): FastifyReply {
  return reply.header('set-cookie', cookies).redirect(`${base}/`)
}

function flowIn(text: string | undefined): z.infer<typeof flowOf> {
  try {
    return flowOf.parse(JSON.parse(Buffer.from(text ?? '', 'base64url').toString()))
  } catch (cause) {
    throw new FleetError(
      'sign_in_refused',
      'expected a sign-in that was begun in this browser, at most 10 minutes ago',
      { cause },
    )
  }
}

// Lax: it has to come back with a browser that the provider sends.
function flowCookieOf(text: string, seconds: number, { secure, base }: Cookies): string {
  const flags = [
    `Path=${base}${callbackPath}`,
    'HttpOnly',
    'SameSite=Lax',
    `Max-Age=${seconds}`,
    ...(secure ? ['Secure'] : []),
  ]
  return [`${flowCookie}=${text}`, ...flags].join('; ')
}
