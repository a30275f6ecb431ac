import type { Clock } from '../time/clock.ts'
import { FakeClock } from '../time/fake-clock.ts'
import { makeAnswer } from './answer.ts'
import { type Http, type HttpAnswer, type HttpCall, HttpError, type HttpHandler, type HttpResponse } from './http.ts'
import { followRedirects, parseUrl } from './redirects.ts'

/**
 * What goes wrong with an origin's answers: nobody there; the connection ends after that many bytes of the body; so
 * many bytes at a time with a pause between, on the clock; a body of zeros that never ends.
 */
export type HttpFault = 'refuse' | { cutAfter: number } | { drip: number; everyMs: number } | 'endless'

type Body = AsyncIterable<Uint8Array>

/** Servers in memory, each an HttpHandler at an origin such as `http://fleet.test`. Nobody else is there. */
export class FakeHttp implements Http {
  /** Every request that was sent, redirects included, oldest first. */
  readonly calls: HttpCall[] = []
  readonly #handlers = new Map<string, HttpHandler>()
  readonly #faults = new Map<string, { fault: HttpFault; left: number }>()
  readonly #clock: Clock

  constructor(routes: Readonly<Record<string, HttpHandler>> = {}, clock: Clock = new FakeClock()) {
    this.#clock = clock
    for (const [origin, handler] of Object.entries(routes)) this.route(origin, handler)
  }

  route(origin: string, handler: HttpHandler): void {
    this.#handlers.set(parseUrl(origin).origin, handler)
  }

  /** From now on, or for the next `times` requests, this origin's answers suffer; undefined heals it. */
  fault(origin: string, fault: HttpFault | undefined, times = Infinity): void {
    if (fault) this.#faults.set(parseUrl(origin).origin, { fault, left: times })
    else this.#faults.delete(parseUrl(origin).origin)
  }

  async send(call: HttpCall, signal?: AbortSignal): Promise<HttpAnswer> {
    signal?.throwIfAborted()
    return followRedirects(call, (one) => this.#sendOnce(one, signal))
  }

  async #sendOnce(call: HttpCall, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const url = parseUrl(call.url)
    this.calls.push(call)
    const handler = this.#handlers.get(url.origin)
    const fault = this.#takeFault(url.origin)
    if (!handler || fault === 'refuse') throw new HttpError('refused', `expected a server at ${url.origin}, found none`)
    const gone = new AbortController()
    const until = signal ? AbortSignal.any([signal, gone.signal]) : gone.signal
    const request = {
      method: call.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: { host: url.host, ...lowerCased(call.headers) },
      body: await gathered(call.body),
    }
    const idleMs = call.idleTimeoutMs ?? 60_000
    const silence = () =>
      new HttpError('timeout', `expected an answer from ${call.url} within ${idleMs} ms, got silence`)
    const head = call.method === 'HEAD'
    const serve = handler(head ? { ...request, method: 'GET' } : request, until).catch(internalError)
    const response = await this.#within(idleMs, serve, until, silence)
    const body = head ? none() : this.#faulty(response.body ?? '', fault, call.url)
    const pieces = this.#watched(body, idleMs, until, silence)
    return makeAnswer(
      { status: response.status, headers: headersOf(response), url: call.url },
      ended(pieces, gone),
      () => gone.abort(new HttpError('cut', `the answer of ${call.url} was discarded`)),
    )
  }

  #takeFault(origin: string): HttpFault | undefined {
    const planned = this.#faults.get(origin)
    if (!planned || planned.left <= 0) return undefined
    planned.left -= 1
    return planned.fault
  }

  async *#faulty(body: string | Uint8Array | Body, fault: HttpFault | undefined, url: string): Body {
    if (fault === 'endless') for (;;) yield new Uint8Array(65_536)
    if (typeof fault !== 'object') yield* unbroken(body, url)
    else if ('cutAfter' in fault) yield* cut(body, fault.cutAfter, url)
    else {
      for await (const piece of piecesOf(body, fault.drip)) {
        await this.#clock.sleep(fault.everyMs)
        yield piece
      }
    }
  }

  async *#watched(body: Body, idleMs: number, signal: AbortSignal, silence: () => Error): Body {
    const pieces = body[Symbol.asyncIterator]()
    try {
      for (;;) {
        const piece = await this.#within(idleMs, pieces.next(), signal, silence)
        if (piece.done) return
        yield piece.value
      }
    } finally {
      void pieces.return?.()
    }
  }

  /** @throws what `late` makes when `work` takes longer, the signal's reason when it fires */
  async #within<T>(ms: number, work: Promise<T>, signal: AbortSignal, late: () => Error): Promise<T> {
    // What the work still says when nobody waits for it any more is nobody's error.
    work.catch(() => undefined)
    signal.throwIfAborted()
    const over = new AbortController()
    const slept = this.#clock.sleep(ms, AbortSignal.any([signal, over.signal])).then(() => {
      throw late()
    })
    try {
      return await Promise.race([work, slept])
    } finally {
      // With a reason, as making the usual one takes longer than all the rest.
      over.abort('over')
    }
  }
}

async function* ended(body: Body, gone: AbortController): Body {
  try {
    yield* body
  } finally {
    gone.abort()
  }
}

async function* unbroken(body: string | Uint8Array | Body, url: string): Body {
  try {
    yield* piecesOf(body)
  } catch (cause) {
    throw new HttpError('cut', `the connection to ${url} ended before the body did`, { cause })
  }
}

async function* cut(body: string | Uint8Array | Body, after: number, url: string): Body {
  let left = after
  for await (const piece of piecesOf(body)) {
    if (left > 0) yield piece.subarray(0, left)
    left -= piece.length
    if (left <= 0) break
  }
  throw new HttpError('cut', `the connection to ${url} ended after ${after} bytes of the body`)
}

async function* piecesOf(body: string | Uint8Array | Body, most = 65_536): Body {
  const whole = typeof body === 'string' ? new TextEncoder().encode(body) : body
  for await (const piece of whole instanceof Uint8Array ? [whole] : whole) {
    for (let at = 0; at < piece.length; at += most) yield piece.subarray(at, at + most)
  }
}

async function* none(): Body {}

async function gathered(body: HttpCall['body']): Promise<Uint8Array> {
  if (typeof body === 'string') return new TextEncoder().encode(body)
  if (body === undefined || body instanceof Uint8Array) return body ?? new Uint8Array()
  return Buffer.concat(await Array.fromAsync(body))
}

function headersOf({ headers, body = '' }: HttpResponse): Record<string, string> {
  const known = typeof body === 'string' || body instanceof Uint8Array
  const length: Record<string, string> = known ? { 'content-length': String(Buffer.byteLength(body)) } : {}
  return { ...length, ...lowerCased(headers) }
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** A handler that throws an HttpError plays a line that broke before an answer came. */
function internalError(error: unknown): HttpResponse {
  if (error instanceof HttpError) throw error
  return { status: 500, body: 'internal error\n' }
}
