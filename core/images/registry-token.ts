import type { Clock, Http } from '@windlass/platform'
import type { Patience } from './http-place.ts'
import { OriginError } from './origin-error.ts'

export interface Credentials {
  user: string
  password: string
}

/** Longer answers are no tokens. */
const mostBytes = 64 * 1024
/** A token that says nothing lives a minute (the registry's own default). */
const defaultLifeS = 60

/** What a registry wants to see before it answers: nothing, a login, or a token that another server gives. */
export class Tokens {
  readonly #http: Http
  readonly #clock: Clock
  readonly #patience: Patience
  readonly #login: Credentials | undefined
  #authorization: { text: string; untilMs: number } | undefined

  readonly #encrypted: boolean

  /** `encrypted`: the registry is spoken to over TLS; then nobody else gets to see a login without. */
  constructor(
    { http, clock }: { http: Http; clock: Clock },
    patience: Patience,
    login: Credentials | undefined,
    encrypted: boolean,
  ) {
    this.#encrypted = encrypted
    this.#http = http
    this.#clock = clock
    this.#patience = patience
    this.#login = login
  }

  /** The header field's value; undefined where none was asked for yet, or it has grown old. */
  known(): string | undefined {
    return this.#authorization && this.#authorization.untilMs > this.#clock.uptime()
      ? this.#authorization.text
      : undefined
  }

  /** Gets what the challenge of a 401 asks for. @throws OriginError `login`, `transport`; HttpError */
  async answer(challenge: string, stop: AbortSignal): Promise<void> {
    const scheme = challenge.split(' ', 1)[0]?.toLowerCase()
    const fields = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]))
    if (scheme === 'basic' && this.#login) this.#authorization = { text: basic(this.#login), untilMs: Infinity }
    else if (scheme === 'bearer' && fields['realm']) await this.#fetch(fields['realm'], fields, stop)
    else throw new OriginError('login', `the registry wants a login (${scheme}), which is not given`)
  }

  async #fetch(realm: string, fields: Readonly<Record<string, string | undefined>>, stop: AbortSignal): Promise<void> {
    const url = URL.parse(realm)
    if (!url) throw new OriginError('transport', `expected an address to get a token from, got ${realm.slice(0, 200)}`)
    if (this.#encrypted && url.protocol !== 'https:')
      throw new OriginError('transport', `expected an https address to get a token from, got ${url.origin}`)
    for (const name of ['service', 'scope']) if (fields[name] !== undefined) url.searchParams.set(name, fields[name])
    const headers: Record<string, string> = this.#login ? { authorization: basic(this.#login) } : {}
    const answer = await this.#http.send({ url: url.href, headers, ...this.#patience }, stop)
    if (answer.status !== 200) {
      answer.discard()
      const code = answer.status === 401 || answer.status === 403 ? 'login' : 'transport'
      throw new OriginError(code, `${url.origin}: expected a token, got ${answer.status}`)
    }
    const { token, lifeS } = tokenIn(await answer.bytes(mostBytes), url.origin)
    this.#authorization = { text: `Bearer ${token}`, untilMs: this.#clock.uptime() + lifeS * 1000 }
  }
}

/** The registry's token specification: `token`, or `access_token`, and `expires_in` seconds. */
function tokenIn(bytes: Uint8Array, from: string): { token: string; lifeS: number } {
  const said = parsed(bytes)
  const token = said['token'] ?? said['access_token']
  const life = said['expires_in']
  if (typeof token === 'string' && !/[^\x21-\x7e]/.test(token))
    return { token, lifeS: typeof life === 'number' ? life : defaultLifeS }
  throw new OriginError('transport', `${from}: expected a token, got none`)
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return {}
  }
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
