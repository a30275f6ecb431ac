import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../time/fake-clock.ts'
import { testHttp } from './http.contract.ts'
import { type Listening, listen } from './listen.ts'
import { nodeHttp } from './node-http.ts'

const listening: Listening[] = []
afterAll(() => Promise.all(listening.map((server) => server.close(0))))

testHttp('nodeHttp against listen', () => ({
  http: nodeHttp(),
  serve: async (handler) => {
    const server = await listen(handler, { host: '127.0.0.1', port: 0 })
    listening.push(server)
    return `http://127.0.0.1:${server.port}`
  },
}))

describe('nodeHttp', () => {
  const open: { server: Server; sockets: Set<Socket> }[] = []
  afterEach(() => {
    for (const { server, sockets } of open.splice(0)) {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  })

  /** A server that says exactly this. */
  const rawServer = async (onSocket: (socket: Socket, count: number) => void) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      onSocket(socket, sockets.size)
    })
    open.push({ server, sockets })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}/`, sockets }
  }
  const answering = (text: string, end: (socket: Socket) => void = () => undefined) =>
    rawServer((socket) => socket.on('data', () => socket.write(text, () => end(socket))))

  it('says refused where nobody listens', async () => {
    const { url } = await answering('')
    open.splice(0)[0]?.server.close()
    await expect(nodeHttp().send({ url })).rejects.toMatchObject({ name: 'HttpError', code: 'refused' })
  })

  it('says cut for a body shorter than its promised length', async () => {
    const { url } = await answering('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345', (socket) => socket.end())
    const answer = await nodeHttp().send({ url })
    await expect(answer.bytes(10)).rejects.toMatchObject({ code: 'cut' })
  })

  it('connects to no address that is not allowed, be it given, named or redirected to', async () => {
    const { url } = await answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    const { port } = new URL(url)
    const moved = await answering(`HTTP/1.1 302 Found\r\nLocation: ${url}\r\nContent-Length: 0\r\n\r\n`)
    const asked: string[] = []
    const http = nodeHttp({ allows: (address) => asked.push(address) > 1 && false })
    await expect(http.send({ url })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(http.send({ url: `http://localhost:${port}/` })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(http.send({ url: `http://[::1]:${port}/` })).rejects.toMatchObject({ code: 'forbidden' })
    expect(asked).toHaveLength(3)
    const first = new URL(moved.url).port
    const once = nodeHttp({ allows: (address) => asked.push(address) === 4 })
    await expect(once.send({ url: `http://127.0.0.1:${first}/` })).rejects.toThrow(
      'expected an address of the open net',
    )
    expect([moved.sockets.size, asked.length]).toEqual([1, 5])
  })

  it('hands on all that came before the cut, however slow the reader', async () => {
    const { url, sockets } = await answering('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n12345')
    const pieces = (await nodeHttp().send({ url })).body[Symbol.asyncIterator]()
    expect((await pieces.next()).value).toHaveLength(5)
    const [socket] = sockets
    const closed = socket && once(socket, 'close')
    for (let pieces = 0; pieces < 4; pieces += 1) {
      await new Promise<void>((sent) => socket?.write('x'.repeat(8000), () => sent()))
      for (let turns = 0; turns < 10; turns += 1) await turn()
    }
    socket?.end('x'.repeat(8000))
    await closed
    for (let turns = 0; turns < 10; turns += 1) await turn()
    let came = 0
    const rest = async () => {
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) came += next.value.length
    }
    await expect(rest()).rejects.toMatchObject({ code: 'cut' })
    expect(came).toBe(40_000)
  })

  it('says cut for a chunked body without its end', async () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n'
    const { url } = await answering(head, (socket) => socket.end())
    await expect((await nodeHttp().send({ url })).bytes(10)).rejects.toMatchObject({ code: 'cut' })
  })

  it('says cut when the connection ends without an answer, or with what is none', async () => {
    const silent = await answering('', (socket) => socket.end())
    await expect(nodeHttp().send({ url: silent.url })).rejects.toMatchObject({ code: 'cut' })
    const foreign = await answering('SSH-2.0-OpenSSH\r\n')
    await expect(nodeHttp().send({ url: foreign.url })).rejects.toMatchObject({ code: 'cut' })
  })

  it('takes the end of the connection for the end of a body without a length', async () => {
    const { url } = await answering('HTTP/1.1 200 OK\r\n\r\n12345', (socket) => socket.end())
    expect(await (await nodeHttp().send({ url })).bytes(10)).toHaveLength(5)
  })

  it('gives up on a server that says nothing', async () => {
    const clock = new FakeClock()
    const heard = Promise.withResolvers<void>()
    const { url } = await rawServer((socket) => socket.on('data', () => heard.resolve()))
    const sent = expect(nodeHttp({ clock }).send({ url, idleTimeoutMs: 5000 })).rejects.toMatchObject({
      code: 'timeout',
    })
    await heard.promise
    await clock.advance(5000)
    await sent
    expect(clock.sleepers).toBe(0)
  })

  it('gives up on a body that stops, and not on one that drips', async () => {
    const clock = new FakeClock()
    const { url, sockets } = await answering('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n')
    const answer = await nodeHttp({ clock }).send({ url, idleTimeoutMs: 5000 })
    const pieces = answer.body[Symbol.asyncIterator]()
    for (let drops = 0; drops < 5; drops += 1) {
      const next = pieces.next()
      await clock.advance(4000)
      for (const socket of sockets) socket.write('x')
      expect((await next).value).toHaveLength(1)
    }
    const last = expect(pieces.next()).rejects.toMatchObject({ code: 'timeout' })
    await clock.advance(5000)
    await last
  })

  it('does not blame the server for a slow reader', async () => {
    const clock = new FakeClock()
    const { url } = await answering('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n1234')
    const answer = await nodeHttp({ clock }).send({ url, idleTimeoutMs: 5000 })
    for await (const piece of answer.body) {
      expect(piece).toHaveLength(4)
      await clock.advance(60_000)
    }
  })

  it('lets the server wait while the reader is slow', async () => {
    const sent = { bytes: 0 }
    const { url } = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n')
        const more = () => {
          while (sent.bytes < 1e9 && socket.write(new Uint8Array(65_536))) sent.bytes += 65_536
        }
        socket.on('drain', more)
        more()
      })
    })
    const answer = await nodeHttp().send({ url })
    for (let turns = 0; turns < 2000; turns += 1) await turn()
    expect(sent.bytes).toBeLessThan(30_000_000)
    answer.discard()
  })

  it('uses a connection again, and asks anew when the server had closed it', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    const { url, sockets } = await rawServer((socket, count) => {
      let requests = 0
      socket.on('data', () => {
        requests += 1
        if (count === 1 && requests === 3) socket.destroy()
        else socket.write(head)
      })
    })
    const http = nodeHttp()
    for (let sent = 0; sent < 4; sent += 1) {
      await (await http.send({ url, method: 'POST', body: 'x' })).bytes(0)
      await turn()
    }
    expect(sockets.size).toBe(2)
  })

  it('takes an early answer to a body that is not read', async () => {
    const server = await listen(async () => ({ status: 200 }), { host: '127.0.0.1', port: 0 }, { maxBodyBytes: 10 })
    listening.push(server)
    const endless = async function* () {
      for (let n = 0; n < 1000; n += 1) yield new Uint8Array(65_536)
    }
    const answer = await nodeHttp().send({ url: `http://127.0.0.1:${server.port}/`, method: 'POST', body: endless() })
    expect(answer.status).toBe(413)
    answer.discard()
  })

  it('says tls when what answers does not speak it', async () => {
    const { url } = await answering('HTTP/1.1 400 Bad Request\r\n\r\n')
    await expect(nodeHttp().send({ url: url.replace('http', 'https') })).rejects.toMatchObject({ code: 'tls' })
  })
})
