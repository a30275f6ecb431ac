import { unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDiskError } from '../files/disk-error.ts'
import type { Log } from '../log/log.ts'
import { joined } from './headers.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from './http.ts'

export type ListenAddress = { host: string; port: number } | { socket: string }

export interface ListenOptions {
  /** Larger bodies are answered 413. Default 64 KiB. */
  maxBodyBytes?: number
  /** From the first byte to the end of a request's head. Default 10 000. */
  headTimeoutMs?: number
  /** From the first byte to the end of a request. Default 30 000. */
  requestTimeoutMs?: number
  /** Those beyond are closed at once. Default 64. */
  maxConnections?: number
  /** Hears of handlers that threw. */
  log?: Log
}

/** `port` is the real one when 0 was asked for, 0 for a Unix socket. */
export interface Listening {
  address: string
  port: number
  /** Takes no more connections, lets running answers end for `graceMs` (default 2000), then cuts them. */
  close(graceMs?: number): Promise<void>
}

/**
 * A small server for one handler. HEAD is the handler's GET without the body. A handler that throws is answered 500
 * without a word about why. Its signal fires when the client has gone.
 */
export async function listen(
  handler: HttpHandler,
  address: ListenAddress,
  options: ListenOptions = {},
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: options.headTimeoutMs ?? 10_000,
      requestTimeout: options.requestTimeoutMs ?? 30_000,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      void serve(handler, request, response, options)
    },
  )
  server.maxConnections = options.maxConnections ?? 64
  await bind(server, address)
  const bound = server.address()
  const [host, port] = typeof bound === 'object' && bound ? [bound.address, bound.port] : [bound ?? '', 0]
  return { address: host, port, close: (graceMs = 2000) => close(server, graceMs) }
}

async function serve(
  handler: HttpHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { maxBodyBytes = 65_536, log }: ListenOptions,
): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort(new Error('the client has gone')))
  const path = incoming.url ?? '/'
  try {
    const body = await bodyOf(incoming, maxBodyBytes)
    if (!body) return await answer(outgoing, { ...tooLarge, headers: { connection: 'close' } }, false)
    const request = requestOf(incoming, body)
    if (!request) return await answer(outgoing, badRequest, false)
    await answer(outgoing, await handler(request, gone.signal), incoming.method === 'HEAD')
  } catch (error) {
    if (gone.signal.aborted) return
    log?.error('request failed', { method: incoming.method, path, error })
    // After the head is out, only a cut connection tells the client that the rest will not come.
    if (outgoing.headersSent) outgoing.destroy()
    else await answer(outgoing, internalError, false)
  }
}

/** Undefined when it is too large; the rest is then left unread. */
async function bodyOf(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return undefined
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of incoming.iterator({ destroyOnReturn: false })) {
    length += piece.length
    if (length > maxBytes) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function requestOf(incoming: IncomingMessage, body: Uint8Array): HttpRequest | undefined {
  const url = URL.parse(incoming.url ?? '/', 'http://host')
  if (!url) return undefined
  const method = incoming.method === 'HEAD' ? 'GET' : (incoming.method ?? 'GET')
  return { method, path: url.pathname, query: url.searchParams, headers: joined(incoming.headers), body }
}

async function answer(outgoing: ServerResponse, response: HttpResponse, headOnly: boolean): Promise<void> {
  const { status, headers = {}, body = '' } = response
  const whole = typeof body === 'string' || body instanceof Uint8Array
  outgoing.writeHead(status, { ...(whole && { 'content-length': Buffer.byteLength(body) }), ...headers })
  if (headOnly || whole) outgoing.end(headOnly ? undefined : body)
  else await pipeline(Readable.from(body), outgoing)
}

async function bind(server: Server, address: ListenAddress): Promise<void> {
  try {
    await bound(server, address)
  } catch (error) {
    if (!('socket' in address) || !isDiskError(error, 'EADDRINUSE') || (await isAnswered(address.socket))) throw error
    // Left by a process that was killed.
    await unlink(address.socket)
    await bound(server, address)
  }
}

function bound(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen('socket' in address ? { path: address.socket } : address, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(cut)
}

const badRequest: HttpResponse = { status: 400, body: 'bad request\n' }
const tooLarge: HttpResponse = { status: 413, body: 'body too large\n' }
const internalError: HttpResponse = { status: 500, body: 'internal error\n' }
