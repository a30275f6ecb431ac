import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../time/clock.ts'
import { makeAnswer } from './answer.ts'
import { joined } from './headers.ts'
import { type HttpAnswer, type HttpCall, HttpError, type HttpErrorCode } from './http.ts'
import { shownUrl } from './shown-url.ts'
import { Silence } from './silence.ts'

/** node:http or node:https, with its pool of connections. */
export interface Means {
  request(url: URL, options: RequestOptions): ClientRequest
  agent: Agent
}

export interface ExchangePorts {
  clock: Clock
  /** Hears how many bytes of a body were read. */
  passed(this: void, bytes: number): void
}

/** One request and its answer. @throws HttpError; the signal's reason */
export async function exchange(
  means: Means,
  url: URL,
  call: HttpCall,
  ports: ExchangePorts,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  const request = means.request(url, {
    agent: means.agent,
    method: call.method ?? 'GET',
    headers: { ...lengthOf(call.body), ...call.headers },
  })
  const line = new Line(request, url, call, ports.clock, signal)
  try {
    const coming = headOf(request)
    sendBody(request, call.body, line)
    const response = await coming
    line.heard()
    return makeAnswer(
      { status: response.statusCode ?? 0, headers: joined(response.headers), url: call.url },
      piecesOf(response, line, ports),
      () => discard(response, line),
    )
  } catch (cause) {
    line.end()
    request.destroy()
    // The server may close a kept connection just as we use it again: nothing was answered, so ask anew.
    if (request.reusedSocket && !line.why && isReset(cause) && !isStream(call.body)) {
      return exchange(means, url, call, ports, signal)
    }
    throw line.explain(cause)
  }
}

type Phase = 'connecting' | 'handshake' | 'connected'

/** What stands between us and the server: how far it is, why we gave it up, who watches it. */
class Line {
  /** Why we ourselves ended it, or the body on its way out did. */
  why: unknown
  #phase: Phase = 'connecting'
  #silence: Silence | undefined
  readonly #over = new AbortController()
  readonly #request: ClientRequest
  readonly #url: URL
  readonly #call: HttpCall
  readonly #clock: Clock
  readonly #signal: AbortSignal | undefined

  constructor(request: ClientRequest, url: URL, call: HttpCall, clock: Clock, signal: AbortSignal | undefined) {
    this.#request = request
    this.#url = url
    this.#call = call
    this.#clock = clock
    this.#signal = signal
    const { connectTimeoutMs = 10_000 } = call
    const late = () => this.#giveUp('timeout', `expected a connection to ${url.host} within ${connectTimeoutMs} ms`)
    const connecting = new Silence(clock, connectTimeoutMs, late)
    this.#over.signal.addEventListener('abort', () => connecting.stop())
    request.once('socket', (socket) => this.#follow(socket, connecting))
    signal?.addEventListener('abort', () => request.destroy(), { signal: this.#over.signal })
  }

  get #name(): string {
    return shownUrl(this.#call.url)
  }

  /** It ended because we, or our caller, wanted it to. */
  get givenUp(): boolean {
    return this.why !== undefined || this.#signal?.aborted === true
  }

  heard(): void {
    this.#silence?.feed()
  }

  rest(): void {
    this.#silence?.rest()
  }

  /** The reader wants no more. */
  drop(): void {
    this.#giveUp('cut', `the answer of ${this.#name} was discarded`)
    this.end()
  }

  /** Nobody watches any more. */
  end(): void {
    this.#silence?.stop()
    this.#over.abort()
  }

  /** What a caller should be told instead of what the socket said. */
  explain(cause: unknown): unknown {
    if (this.#signal?.aborted) return this.#signal.reason
    if (this.why) return this.why
    if (!(cause instanceof Error) || cause instanceof HttpError) return cause
    const code: HttpErrorCode = isReset(cause)
      ? 'cut'
      : ({ connecting: 'refused', handshake: 'tls', connected: 'cut' } as const)[this.#phase]
    return new HttpError(code, `expected an answer from ${this.#name}, got: ${reasonOf(cause)}`, { cause })
  }

  #follow(socket: Socket, connecting: Silence): void {
    const { idleTimeoutMs = 60_000 } = this.#call
    const connected = () => {
      this.#phase = 'connected'
      connecting.stop()
      const late = () =>
        this.#giveUp('timeout', `expected ${this.#name} to go on within ${idleTimeoutMs} ms, got silence`)
      this.#silence = new Silence(this.#clock, idleTimeoutMs, late)
    }
    if (!socket.connecting) return connected()
    const secure = this.#url.protocol === 'https:'
    socket.once('connect', () => {
      if (secure) this.#phase = 'handshake'
    })
    socket.once(secure ? 'secureConnect' : 'connect', connected)
  }

  #giveUp(code: HttpErrorCode, message: string): void {
    this.why ??= new HttpError(code, message)
    this.#request.destroy()
  }
}

function headOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    // Stays: a request may fail more than once, and an error nobody listens to ends the process.
    request.on('error', reject)
    request.once('close', () => reject(new Error('the connection was closed')))
  })
}

function sendBody(request: ClientRequest, body: HttpCall['body'], line: Line): void {
  if (!isStream(body)) {
    request.end(body)
    return
  }
  // What goes wrong here destroys the request, and is heard there; a server may also answer before it has read all.
  pipeline(Readable.from(watched(body, line)), request).catch(() => undefined)
}

async function* watched(body: AsyncIterable<Uint8Array>, line: Line): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body) {
      line.heard()
      yield piece
    }
  } catch (error) {
    line.why ??= error
    throw error
  }
}

async function* piecesOf(response: IncomingMessage, line: Line, { passed }: ExchangePorts): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of response) {
      line.rest()
      yield piece
      line.heard()
      passed(piece.length)
    }
  } catch (cause) {
    const why = line.explain(cause)
    // A stream that broke hands on no more, but what came before the cut would have to be fetched again.
    while (!line.givenUp) {
      const arrived: Buffer | null = response.read()
      if (!arrived) break
      yield arrived
    }
    throw why
  } finally {
    line.end()
  }
  if (!response.complete) throw line.explain(new Error('the connection was closed'))
}

/** Reads a short rest, so that the connection can be used again; gives up on a long one. */
function discard(response: IncomingMessage, line: Line): void {
  if (Number(response.headers['content-length'] ?? Infinity) > 65_536) return line.drop()
  response.once('close', () => line.end())
  response.resume()
}

function lengthOf(body: HttpCall['body']): Record<string, string> {
  return typeof body === 'string' || body instanceof Uint8Array
    ? { 'content-length': String(Buffer.byteLength(body)) }
    : {}
}

function isStream(body: HttpCall['body']): body is AsyncIterable<Uint8Array> {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)
}

// Several addresses that all refused come as an AggregateError without a message.
function reasonOf(error: Error): string {
  return error.message || ('code' in error ? String(error.code) : error.name)
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}
