import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { CloudSocket } from './sockets.ts'
import { wsSockets } from './ws-sockets.ts'

const none = new AbortController().signal
const open = (port: number, token = 'right') =>
  wsSockets.open(`ws://127.0.0.1:${port}/`, { token, tls: undefined }, none)

/** A real WebSocket server that wants the token `right`. */
async function realCloud(serve: (ws: WebSocket) => void) {
  const http = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  http.on('upgrade', (request, stream, head) => {
    if (request.headers.authorization === 'Bearer right') return sockets.handleUpgrade(request, stream, head, serve)
    stream.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n')
  })
  const port = await listening(http)
  return { port, close: () => (sockets.clients.forEach((client) => client.terminate()), http.close()) }
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** Everything that is heard until it is over. */
function listen(socket: CloudSocket) {
  const messages: string[] = []
  const closed = Promise.withResolvers<string>()
  let heard = 0
  socket.listen({
    message: (bytes) => messages.push(new TextDecoder().decode(bytes)),
    heard: () => (heard += 1),
    closed: closed.resolve,
  })
  return { messages, closed: closed.promise, heard: () => heard }
}

describe('a WebSocket of the real network', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })
  const cloud = async (serve: (ws: WebSocket) => void) => {
    const real = await realCloud(serve)
    closers.push(real.close)
    return real.port
  }

  it('hears binary and text frames, also those that came before it listened', async () => {
    const port = await cloud((ws) => {
      ws.send(Buffer.from('one'))
      ws.send('two')
      ws.send(Buffer.from('three'), () => ws.close())
    })
    const socket = await open(port)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const { messages, closed } = listen(socket)
    await closed
    expect(messages).toEqual(['one', 'two', 'three'])
  })

  it('sends binary frames', async () => {
    const came = Promise.withResolvers<unknown>()
    const port = await cloud((ws) => ws.on('message', (data, isBinary) => came.resolve([data, isBinary])))
    const socket = await open(port)
    socket.send('hello')
    expect(await came.promise).toEqual([Buffer.from('hello'), true])
    socket.terminate()
  })

  it('answers a ping, and hears the answer to its own', async () => {
    const ponged = Promise.withResolvers<void>()
    const port = await cloud((ws) => {
      ws.on('pong', () => ponged.resolve())
      ws.ping()
    })
    const socket = await open(port)
    const { heard, closed } = listen(socket)
    await ponged.promise
    const before = heard()
    socket.ping()
    await expect.poll(heard).toBeGreaterThan(before)
    socket.terminate()
    await closed
  })

  it('says when its token is refused', async () => {
    const port = await cloud(() => undefined)
    await expect(open(port, 'wrong')).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('says when nobody is there', async () => {
    await expect(open(1)).rejects.toMatchObject({ code: 'refused' })
  })

  it('ends at a frame that is too long', async () => {
    const port = await cloud((ws) => ws.send(Buffer.alloc(9 * 1024 * 1024)))
    const { messages, closed } = listen(await open(port))
    expect([await closed, messages]).toEqual(['Max payload size exceeded', []])
  })

  it('ends at bytes that are no frame', async () => {
    const port = await cloud((ws) => Reflect.get(ws, '_socket').write(Buffer.from([0xff, 0xff, 0xff, 0xff])))
    const { closed } = listen(await open(port))
    expect(await closed).toMatch(/Invalid WebSocket frame/)
  })

  it('is not opened by a server that speaks another language', async () => {
    const server = createTcpServer((stream) => stream.end('220 mail.example ESMTP\r\n'))
    closers.push(() => server.close())
    await expect(open(await listening(server))).rejects.toMatchObject({ code: 'refused' })
  })

  it('may be given up while it opens', async () => {
    const server = createTcpServer(() => undefined)
    closers.push(() => server.close())
    const stop = new AbortController()
    const port = await listening(server)
    const opening = wsSockets.open(`ws://127.0.0.1:${port}/`, { token: '', tls: undefined }, stop.signal)
    const refused = expect(opening).rejects.toThrow('enough')
    stop.abort(new Error('enough'))
    await refused
  })
})
