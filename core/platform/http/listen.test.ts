import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createLog } from '../log/create-log.ts'
import type { HttpHandler } from './http.ts'
import { type Listening, type ListenOptions, listen } from './listen.ts'
import { nodeHttp } from './node-http.ts'

describe('listen', () => {
  const open: Listening[] = []
  afterEach(() => Promise.all(open.splice(0).map((server) => server.close(0))))
  const start = async (handler: HttpHandler, options: ListenOptions = {}) => {
    const server = await listen(handler, { host: '127.0.0.1', port: 0 }, options)
    open.push(server)
    return { server, url: `http://127.0.0.1:${server.port}/` }
  }
  const ok: HttpHandler = async () => ({ status: 200, body: 'ok' })
  const status = async (url: string, body?: string) => {
    const answer = await nodeHttp().send({ url, ...(body !== undefined && { method: 'POST', body }) })
    answer.discard()
    return answer.status
  }

  it('answers 413 for a body over the limit', async () => {
    const { url } = await start(ok, { maxBodyBytes: 10 })
    expect([await status(url, '0123456789'), await status(url, '0123456789x')]).toEqual([200, 413])
  })

  it('tells the log why it answered 500', async () => {
    const lines: unknown[] = []
    const log = createLog([(line) => lines.push(line)], () => 0)
    const { url } = await start(() => Promise.reject(new Error('why')), { log })
    expect(await status(`${url}path`)).toBe(500)
    expect(lines).toMatchObject([{ level: 'error', text: 'request failed', fields: { method: 'GET', path: '/path' } }])
  })

  it('tells the handler when the client has gone', async () => {
    const came = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const { url } = await start((_, signal) => {
      came.resolve()
      signal.addEventListener('abort', () => gone.resolve())
      return new Promise(() => undefined)
    })
    const stop = new AbortController()
    const sent = nodeHttp().send({ url }, stop.signal)
    await came.promise
    stop.abort(new Error('bye'))
    await expect(sent).rejects.toThrow('bye')
    await gone.promise
  })

  it('closes connections beyond the limit', async () => {
    const { server } = await start(ok, { maxConnections: 1 })
    const first = connect(server.port, '127.0.0.1')
    await new Promise((resolve) => first.once('connect', resolve))
    const second = connect(server.port, '127.0.0.1')
    await new Promise((resolve) => second.once('close', resolve))
    first.destroy()
  })

  it('lets a running answer end when it closes', async () => {
    const begun = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const { server, url } = await start(async () => {
      begun.resolve()
      await finish.promise
      return { status: 200, body: 'late' }
    })
    const sent = nodeHttp().send({ url })
    await begun.promise
    const closed = server.close()
    finish.resolve()
    expect(await (await sent).bytes(10)).toHaveLength(4)
    await closed
    await expect(status(url)).rejects.toMatchObject({ code: 'refused' })
  })

  it('listens on a Unix socket, also where a killed process left one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-listen-'))
    const socket = join(folder, 'api.sock')
    const killed = createServer().listen(join(folder, 'first.sock'))
    await new Promise((resolve) => killed.once('listening', resolve))
    const { link } = await import('node:fs/promises')
    await link(join(folder, 'first.sock'), socket)
    await new Promise((resolve) => killed.close(resolve))
    expect((await stat(socket)).isSocket()).toBe(true)
    const server = await listen(ok, { socket })
    open.push(server)
    const code = await new Promise((resolve) => {
      request({ socketPath: socket, path: '/' }, (answer) => resolve(answer.statusCode)).end()
    })
    expect([code, server.address, server.port]).toEqual([200, socket, 0])
    await expect(listen(ok, { socket })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await server.close(0)
    await rm(folder, { recursive: true })
  })
})
