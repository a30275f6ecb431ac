import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { problemOf, problemStatus } from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import { StartError } from '../../fleet-error.ts'
import { split } from '../../projects/address.ts'

/** A connection on which nothing moved for so long is dropped. */
const silenceMs = 120_000
/** Longer than load balancers keep theirs, so that it is never us who hangs up on a request. */
const idleMs = 72_000

/** What answers below one address, and whose signature units show there over TLS. */
export interface Served {
  app: FastifyInstance
  authority: string
}

/**
 * What a process listens with: one address and one certificate for every project it serves. A project sees its requests as if it
 * were alone: without the part of the path that names it.
 */
export class Front {
  readonly #server: Server | SecureServer
  readonly #tls: { cert: string; key: string } | null
  readonly #served = new Map<string | null, Served>()
  readonly #underWay = new Map<ServerResponse, FastifyInstance>()
  #shut = false

  constructor(tls: { cert: string; key: string } | null) {
    this.#tls = tls
    // Units show the certificates that their project issued; devices and operators have none.
    const asking = { requestCert: true, rejectUnauthorized: false }
    this.#server = tls ? createSecureServer({ ...tls, ...asking }) : createServer()
    this.#server.keepAliveTimeout = idleMs
    this.#server.requestTimeout = 0
    this.#server.setTimeout(silenceMs)
    this.#server.on('request', (request, response) => this.#pass(request, response))
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const served = this.#turn(request)
      if (served) served.app.server.emit('upgrade', request, socket, head)
      else endWith(socket, '404 Not Found')
    })
    this.#server.on('clientError', (_error, socket) => endWith(socket, '400 Bad Request'))
  }

  /** Lets a project be reached; null is the one at the root. `app` must be ready. */
  serve(project: string | null, served: Served): void {
    this.#served.set(project, served)
    this.#trust()
  }

  /** Nobody reaches it any more, and whoever still waits for an answer is hung up on. */
  leave(project: string | null): void {
    const served = this.#served.get(project)
    if (!served) return
    this.#served.delete(project)
    for (const [response, app] of this.#underWay) if (app === served.app) response.destroy()
    this.#trust()
  }

  /** Answers the port. @throws StartError `port_busy` */
  async listen({ host, port }: { host: string; port: number }): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject).listen({ host, port }, resolve)
    try {
      await promise
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new StartError('port_busy', `expected to listen on ${host}:${port}, got: ${why}`, { cause })
    }
    const bound = this.#server.address()
    return bound !== null && typeof bound === 'object' ? bound.port : port
  }

  /** No new connections. Who has one is still answered by the projects that are served. */
  shut(): void {
    this.#shut = true
    this.#server.close()
  }

  async close(): Promise<void> {
    this.shut()
    this.#server.closeAllConnections()
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const served = this.#turn(request)
    if (!served && this.#shut) return void request.socket.destroy()
    if (!served) return refuse(request, response)
    this.#underWay.set(response, served.app)
    response.once('close', () => this.#underWay.delete(response))
    served.app.server.emit('request', request, response)
  }

  /** Whose request it is; its address is that project's own from then on. */
  #turn(request: IncomingMessage): Served | undefined {
    const { project, rest } = split(request.url ?? '/')
    const served = this.#served.get(project)
    if (served) request.url = rest
    return served
  }

  /** OpenSSL judges certificates by all authorities; each project looks whether it was its own. */
  #trust(): void {
    if (!this.#tls || !('setSecureContext' in this.#server)) return
    const ca = [...this.#served.values()].map(({ authority }) => authority).filter((one) => one !== '')
    this.#server.setSecureContext({ ...this.#tls, ca })
  }
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const { project } = split(request.url ?? '/')
  const text = JSON.stringify(
    problemOf(
      'project_unknown',
      `expected a project of this fleet, got ${JSON.stringify((project ?? '').slice(0, 100))}`,
    ),
  )
  if (!request.complete) response.setHeader('connection', 'close')
  response.setHeader('cache-control', 'no-store').setHeader('x-content-type-options', 'nosniff')
  response.writeHead(problemStatus.project_unknown, { 'content-type': 'application/problem+json' }).end(text)
}

function endWith(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy())
  if (!socket.writable) return void socket.destroy()
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
