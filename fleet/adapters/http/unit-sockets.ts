import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { WebSocketServer } from 'ws'
import type { SocketTokens } from '../../identity/claims.ts'
import type { UnitOffice } from '../../units/unit-office.ts'
import { baseUrlOf, socketPath } from './unit-routes.ts'

/** The largest message of a unit: a full status of 64 nodes and 1,024 instances has room, four times over. */
const mostBytes = 16 * 1024 * 1024
const pingMs = 30_000

/** Units' WebSockets (aoscore.md 6.2): bearer token, JSON in binary frames. A unit that does not answer a ping is let go. */
export function unitSockets(app: FastifyInstance, office: UnitOffice, tokens: SocketTokens): void {
  const server = new WebSocketServer({ noServer: true, maxPayload: mostBytes, perMessageDeflate: false })
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const unit = token === undefined ? undefined : tokens.unitOf(token)
    if (request.url !== socketPath) return refuse(socket, '404 Not Found')
    if (unit === undefined) return refuse(socket, '401 Unauthorized')
    server.handleUpgrade(
      request,
      socket,
      head,
      (connection) => void serve(connection, unit, baseUrlOf(request), office),
    )
  })
  app.addHook('preClose', async () => {
    office.close()
    for (const connection of server.clients) connection.terminate()
  })
}

type Connection = import('ws').WebSocket

async function serve(connection: Connection, unit: string, baseUrl: string, office: UnitOffice): Promise<void> {
  let alive = true
  connection.on('pong', () => {
    alive = true
  })
  connection.on('error', () => connection.terminate())
  const pings = setInterval(() => {
    if (!alive) return connection.terminate()
    alive = false
    connection.ping()
  }, pingMs)
  pings.unref()
  const early: Buffer[] = []
  const keep = (data: Buffer): void => void early.push(data)
  connection.on('message', keep)
  const session = await office.connect(
    unit,
    { send: (text) => connection.send(Buffer.from(text)), close: (code, why) => connection.close(code, why) },
    baseUrl,
  )
  connection.on('close', () => {
    clearInterval(pings)
    office.disconnect(session)
  })
  connection.off('message', keep)
  for (const data of early) session.receive(data)
  connection.on('message', (data: Buffer) => session.receive(data))
  if (connection.readyState === connection.CLOSED) office.disconnect(session)
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
