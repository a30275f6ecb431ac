import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '@windlass/platform'
import type { FastifyInstance } from 'fastify'
import { WebSocketServer } from 'ws'
import { FleetError } from '../../fleet-error.ts'
import type { ClaimPorts, SocketTokens } from '../../identity/claims.ts'
import type { UnitOffice } from '../../units/unit-office.ts'
import type { UnitSocket } from '../../units/unit-session.ts'
import type { UnitStore } from '../../units/unit-store.ts'
import { admitUnit } from './admit-unit.ts'
import { PingWheel, turnMs } from './ping-wheel.ts'
import { baseUrlOf, socketPath } from './unit-routes.ts'

/** The largest message of a unit: a full status of 64 nodes and 1,024 instances has room, four times over. */
const mostBytes = 16 * 1024 * 1024

/** While so many messages of a unit wait to be written down, no more are read from its socket. */
const mostWaiting = 16

export interface SocketPorts {
  office: UnitOffice
  store: UnitStore
  tokens: SocketTokens
  claims: Pick<ClaimPorts, 'authority'>
  base: string
  log: Log
}

/** Units' WebSockets (aoscore.md 6.2): bearer token, JSON in binary frames. A unit that does not answer a ping is let go. */
export function unitSockets(app: FastifyInstance, ports: SocketPorts): void {
  const { office, tokens, base, log } = ports
  const pings = new PingWheel()
  const turning = setInterval(() => pings.turn(), turnMs).unref()
  const server = new WebSocketServer({ noServer: true, maxPayload: mostBytes, perMessageDeflate: false })
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const unit = token === undefined ? undefined : tokens.unitOf(token)
    if (request.url !== socketPath) return refuse(socket, '404 Not Found')
    if (unit === undefined) return refuse(socket, '401 Unauthorized')
    // Node leaves an upgraded socket without a listener: a reset by whoever knocked would end the fleet.
    socket.on('error', destroyed)
    const open = (use: (connection: Connection) => Promise<void>) =>
      server.handleUpgrade(request, socket, head, (connection) => {
        use(connection).catch((error: unknown) => {
          log.error('unit not served', { unit, why: textOf(error) })
          closeAloud(connection, 1011, 'try again')
        })
      })
    admitUnit(request, unit, ports).then(
      () => open((connection) => serve(connection, unit, baseUrlOf(request, base), { office, pings })),
      (error: unknown) => {
        if (!(error instanceof FleetError)) return open(() => Promise.reject(error as Error))
        log.info('unit refused', { unit, why: error.message })
        return refuse(socket, '403 Forbidden')
      },
    )
  })
  app.addHook('preClose', async () => {
    office.close()
    clearInterval(turning)
    for (const connection of server.clients) connection.terminate()
  })
}

type Connection = import('ws').WebSocket

interface Serving {
  office: UnitOffice
  pings: PingWheel
}

async function serve(connection: Connection, unit: string, baseUrl: string, { office, pings }: Serving): Promise<void> {
  connection.on('error', terminated)
  pings.add(connection)
  // What it says before it is known here waits in its own socket.
  connection.pause()
  const session = await office.connect(unit, new OpenSocket(connection), baseUrl)
  connection.on('close', () => office.disconnect(session))
  connection.on('message', (data: Buffer) => {
    session.receive(data)
    if (session.waiting < mostWaiting) return
    connection.pause()
    void session.heard().then(() => connection.resume())
  })
  if (connection.readyState === connection.CLOSED) office.disconnect(session)
  else connection.resume()
}

class OpenSocket implements UnitSocket {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  send(text: string): void {
    this.#connection.send(Buffer.from(text))
  }

  close(code: number, why: string): void {
    closeAloud(this.#connection, code, why)
  }
}

// No closures: the request, with all its headers, would live as long as the socket does.
function destroyed(this: Duplex): void {
  this.destroy()
}

function terminated(this: Connection): void {
  this.terminate()
}

/** A socket that is paused would not hear that the other end closes, too. */
function closeAloud(connection: Connection, code: number, why: string): void {
  connection.close(code, why)
  connection.resume()
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function refuse(socket: Duplex, status: string): void {
  // Node leaves an upgraded socket without a listener: a reset by whoever knocked would end the fleet.
  socket.on('error', destroyed)
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
