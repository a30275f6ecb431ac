import type { Secrets } from './secrets.ts'

/** An answer, whole: status, head and body as one text beside the body. */
export interface Said {
  route: string
  status: number
  headers: Headers
  body: string
  text: string
}

/** Asks a server, and remembers everything that it says. */
export class Asking {
  readonly said: Said[] = []
  readonly #url: string
  #callers = 0

  constructor(url: string) {
    this.#url = url
  }

  /** `route` as in the table of routes; `path` what it is at. A stream of events is left as soon as it begins. */
  async ask(route: string, path: string, init: RequestInit = {}): Promise<Said> {
    const { signal, abort } = newEnd()
    const [method] = route.split(' ')
    const headers = new Headers(init.headers)
    // Each from another address, so that nobody is told to come back later.
    this.#callers += 1
    headers.set('x-forwarded-for', `10.0.${this.#callers >> 8}.${this.#callers & 255}`)
    const answer = await fetch(this.#url + path, {
      ...init,
      method: method ?? 'GET',
      headers,
      redirect: 'manual',
      signal,
    })
    const streams = answer.headers.get('content-type') === 'text/event-stream'
    const body = streams ? '' : await answer.text()
    if (streams) abort()
    const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
    const said = { route, status: answer.status, headers: answer.headers, body, text: `${head}\n\n${body}` }
    this.said.push(said)
    return said
  }

  /** What was said to have secrets in it, but for those that the route hands out. */
  told(secrets: Secrets, handsOut: Readonly<Record<string, readonly string[]>>): string[] {
    const found = this.said.flatMap(({ route, status, text }) =>
      secrets
        .foundIn(text)
        .filter((name) => !handsOut[route]?.includes(name))
        .map((name) => `${route} ${status} tells ${name}: ${text}`),
    )
    return [...new Set(found)]
  }
}

function newEnd() {
  const end = new AbortController()
  return { signal: end.signal, abort: () => end.abort() }
}

/**
 * The same order gone wrong, as texts: with something that nobody asked for, and each secret in it where no text is expected, far too
 * long, with what no database holds, and such that it is no JSON around the secret.
 */
export function* goneWrong(order: object, inIt: readonly string[], stray: string): Generator<string> {
  const text = JSON.stringify(order)
  yield JSON.stringify({ ...order, stray })
  yield `{"stray": ${stray}}`
  yield `{"stray": "${stray}`
  yield stray
  for (const secret of inIt.filter((each) => text.includes(each))) {
    const quoted = JSON.stringify(secret)
    const cut = text.indexOf(secret) + secret.length
    for (const other of [`[${quoted}]`, `{"a": ${quoted}}`, secret, `"${secret.repeat(500)}"`, `"${secret}\\u0000"`])
      yield text.replace(quoted, other)
    yield text.slice(0, cut)
    yield `${text.slice(0, cut)}\n${text.slice(cut)}`
  }
}
