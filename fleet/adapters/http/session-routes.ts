import { sessionRecord, signInOrder, signInWays } from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import { Pace } from '../../people/pace.ts'
import { digestOf } from '../../people/secrets.ts'
import { type SignInPorts, sessionMs, signIn } from '../../people/sign-in.ts'
import { note } from './audit.ts'
import { encodeCaller } from './encode-people.ts'
import { credentialsOf, sessionCookie, tooOften } from './guard.ts'
import { callerIn } from './sight.ts'
import { typed } from './typed-api.ts'

/** Sign-ins from one address, whatever the names. */
const signInsPerMinute = 20

/** `secure`: the cookie goes over TLS alone; `base`: and only to what is below. */
export interface Cookies {
  secure: boolean
  base: string
}

/** `/session`: who one is, sign-in and sign-out. */
export function sessionRoutes(app: FastifyInstance, ports: SignInPorts, ways: Cookies & { openid: boolean }): void {
  const { openid } = ways
  const api = typed(app)
  const pace = new Pace(signInsPerMinute, ports.now)
  api.get('/session', { schema: { response: { 200: sessionRecord } } }, async (request) =>
    encodeCaller(callerIn(request)),
  )
  api.get('/session/ways', { schema: { response: { 200: signInWays } } }, async () => ({
    password: true as const,
    openid,
  }))
  api.post('/session', { schema: { body: signInOrder, response: { 200: sessionRecord } } }, async (request, reply) => {
    const waitMs = pace.take(request.ip)
    if (waitMs > 0) throw tooOften(waitMs)
    const { name, password } = request.body
    const user = await ports.store.user(name)
    // What is no name here may be a password that went into the wrong box.
    note(request, { who: user ? name : 'unknown' })
    const text = await signIn(ports, name, password)
    reply.header('set-cookie', sessionCookieOf(text, sessionMs / 1000, ways))
    return encodeCaller({ kind: 'user', name, limits: [user?.grants ?? []], user: name })
  })
  api.delete('/session', async (request, reply) => {
    const { session } = credentialsOf(request)
    const user = session === undefined ? undefined : await ports.store.session(digestOf(session), ports.now())
    if (user) note(request, { who: user.name })
    if (session !== undefined) await ports.store.endSession(digestOf(session))
    return reply
      .header('set-cookie', sessionCookieOf('', 0, ways))
      .code(204)
      .send()
  })
}

/** No script reads it, no page of another site sends it. */
export function sessionCookieOf(text: string, seconds: number, { secure, base }: Cookies): string {
  const flags = [`Path=${base}/`, 'HttpOnly', 'SameSite=Strict', `Max-Age=${seconds}`, ...(secure ? ['Secure'] : [])]
  return [`${sessionCookie}=${text}`, ...flags].join('; ')
}
