import { type RawData, WebSocket } from 'ws'
import { type CloudSocket, SocketError, type SocketEvents, type Sockets } from './sockets.ts'

/** Larger messages end the connection. The longest we know of is a desired state of a thousand instances: half a MiB. */
const longestMessage = 8 * 1024 * 1024
const handshakeMs = 30_000

/** The real network (aoscore.md 6.2). Only https-grade TLS: the server's certificate is checked against `tls.ca`. */
export const wsSockets: Sockets = {
  async open(url, { token, tls }, stop) {
    stop.throwIfAborted()
    const ws = new WebSocket(url, {
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      handshakeTimeout: handshakeMs,
      maxPayload: longestMessage,
      perMessageDeflate: false,
      followRedirects: false,
      minVersion: 'TLSv1.2',
      ...tls,
    })
    const { promise, resolve, reject } = Promise.withResolvers<CloudSocket>()
    const leave = () => reject(stop.reason)
    stop.addEventListener('abort', leave)
    ws.on('error', (cause) => reject(new SocketError('refused', `${url}: ${cause.message}`, { cause })))
    ws.on('unexpected-response', (_, { statusCode }) => {
      const code = statusCode === 401 ? 'unauthorized' : 'refused'
      reject(new SocketError(code, `${url}: expected status 101, got ${statusCode}`))
    })
    ws.on('open', () => {
      ws.pause()
      resolve(wrap(ws))
    })
    try {
      return await promise
    } catch (error) {
      ws.terminate()
      throw error
    } finally {
      stop.removeEventListener('abort', leave)
    }
  },
}

function wrap(ws: WebSocket): CloudSocket {
  return {
    listen(events: SocketEvents) {
      let why = ''
      ws.on('message', (data) => {
        events.heard()
        events.message(bytesOf(data))
      })
      ws.on('ping', events.heard)
      ws.on('pong', events.heard)
      ws.on('error', (error) => {
        why = error.message
      })
      ws.on('close', (code) => events.closed(why || `closed with code ${code}`))
      if (ws.readyState === WebSocket.CLOSED) events.closed('closed at once')
      else ws.resume()
    },
    send: (text) => ws.send(text, { binary: true }, () => undefined),
    ping: () => ws.ping(undefined, undefined, () => undefined),
    terminate: () => ws.terminate(),
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}
