import { type HttpAnswer, type HttpCall, HttpError } from './http.ts'
import { shownUrl } from './shown-url.ts'

/** @throws HttpError `bad_url` */
export function parseUrl(url: string): URL {
  const parsed = URL.parse(url)
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return parsed
  throw new HttpError('bad_url', `expected an http or https address, got ${shownUrl(url)}`)
}

/**
 * Sends, and follows redirects as browsers do (RFC 9110, 15.4): 303 becomes a GET, so does a POST at 301 and 302; 307
 * and 308 repeat the request. A body that can be read only once cannot be repeated: then the redirect itself is the
 * answer. Credentials do not travel to another origin.
 */
export async function followRedirects(
  call: HttpCall,
  sendOnce: (call: HttpCall) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const most = call.maxRedirects ?? 10
  let current = call
  for (let redirects = 0; ; redirects += 1) {
    const answer = await sendOnce(current)
    const next = redirected(current, answer)
    if (!next) return answer
    answer.discard()
    if (redirects >= most) {
      throw new HttpError(
        'too_many_redirects',
        `expected at most ${most} redirects from ${shownUrl(call.url)}, got one more`,
      )
    }
    current = next
  }
}

function redirected(call: HttpCall, { status, headers }: HttpAnswer): HttpCall | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined
  const from = new URL(call.url)
  const to = parseUrl(URL.parse(headers.location, from)?.href ?? headers.location)
  const kept =
    to.origin === from.origin
      ? { ...call, url: to.href }
      : { ...call, url: to.href, headers: withoutSecrets(call.headers) }
  const method = call.method ?? 'GET'
  if (method !== 'HEAD' && (status === 303 || (status < 303 && method === 'POST'))) return asGet(kept)
  if (call.body === undefined || typeof call.body === 'string' || call.body instanceof Uint8Array) return kept
  return undefined
}

type Headers = NonNullable<HttpCall['headers']>

function asGet(call: HttpCall): HttpCall {
  const { body, ...bare } = call
  return { ...bare, method: 'GET', headers: body === undefined ? (call.headers ?? {}) : withoutContent(call.headers) }
}

const withoutContent = (headers?: Headers) => without(headers, ['content-type', 'content-length'])
const withoutSecrets = (headers?: Headers) => without(headers, ['authorization', 'cookie', 'proxy-authorization'])

function without(headers: Headers = {}, names: readonly string[]): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())))
}
