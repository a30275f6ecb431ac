import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Release } from './release.ts'

/** A request as it came; `line` is its short form: `upgrades`, `report installing`, `GET object`, `GET /path`. */
export interface Seen {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
  line: string
}

export type Answer = (response: ServerResponse, seen: Seen) => void | Promise<void>
type Kind = 'upgrades' | 'report' | 'object' | 'file'

/** UpdateHub's server side over real sockets (updatehub.md 3), whose every answer can be replaced. */
export class MockUpdateHub {
  readonly seen: Seen[] = []
  /** What a probe is answered with; nothing: 404. */
  offer: Release | undefined
  /** Files for other paths. */
  readonly files = new Map<string, Buffer>()
  /** Answers to all further requests of a kind. */
  readonly answers: Record<Kind, Answer> = {
    upgrades: (response) => this.#probe(response),
    report: (response) => void response.end(),
    object: (response, seen) => this.#object(response, seen),
    file: (response, seen) => ranged(response, this.files.get(seen.path), seen.headers.range),
  }
  /** Answers to the next requests of a kind, each once. */
  readonly next: Record<Kind, Answer[]> = { upgrades: [], report: [], object: [], file: [] }
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => void this.#serve(request, response))
  }

  static async start(): Promise<MockUpdateHub> {
    const server = createServer({ keepAliveTimeout: 60_000 })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new MockUpdateHub(server)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Short forms of all requests so far. */
  get lines(): string[] {
    return this.seen.map(({ line }) => line)
  }

  /** Requests with this short form. */
  all(line: string): Seen[] {
    return this.seen.filter((seen) => seen.line === line)
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined)
    const seen = await seenOf(request).catch(() => undefined)
    if (!seen) return
    this.seen.push(seen)
    const kind = kindOf(seen)
    await (this.next[kind].shift() ?? this.answers[kind])(response, seen)
  }

  #probe(response: ServerResponse): void {
    const { offer } = this
    if (!offer) return void response.writeHead(404).end()
    if (offer.signature !== undefined) response.setHeader('UH-Signature', offer.signature)
    response.end(offer.metadata)
  }

  #object(response: ServerResponse, { path, headers }: Seen): void {
    const [, uid, name = ''] = /\/packages\/([^/]+)\/objects\/([^/]+)$/.exec(path) ?? []
    ranged(response, uid === this.offer?.uid ? this.offer?.objects.get(name) : undefined, headers.range)
  }
}

/** Answers correctly whatever range is asked for. */
export function ranged(response: ServerResponse, bytes: Buffer | undefined, range: string | undefined): void {
  if (!bytes) return void response.writeHead(404).end()
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? Number.NaN)
  if (Number.isNaN(from)) return void response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  if (from >= bytes.length) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
  const rest = bytes.subarray(from)
  const place = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
  response.writeHead(206, { 'content-range': place, 'content-length': rest.length }).end(rest)
}

/** Sends the head and the first bytes of what is announced, then nothing more. */
export function stuck(bytes: Buffer, first = 4): Answer {
  return (response) => {
    response.writeHead(200, { 'content-length': bytes.length })
    response.write(bytes.subarray(0, first))
  }
}

/** Takes the request and never answers. */
export const silent: Answer = () => undefined

export function status(code: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (response) => void response.writeHead(code, headers).end(body)
}

async function seenOf(request: IncomingMessage): Promise<Seen> {
  const { method = '', url: path = '', headers } = request
  const body = json(await text(request))
  return { method, path, headers, body, line: lineOf(method, path, body) }
}

function lineOf(method: string, path: string, body: Record<string, unknown>): string {
  if (method === 'POST' && path.endsWith('/upgrades')) return 'upgrades'
  if (method === 'POST' && path.endsWith('/report')) return `report ${String(body['status'])}`
  return /^\/products\/.*\/objects\//.test(path) ? 'GET object' : `${method} ${path}`
}

function kindOf({ line }: Seen): Kind {
  if (line === 'upgrades') return 'upgrades'
  if (line.startsWith('report ')) return 'report'
  return line === 'GET object' ? 'object' : 'file'
}

function json(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return {}
  }
}
