import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from './listen.ts'
import { nodeHttp } from './node-http.ts'

const run = promisify(execFile)

describe('nodeHttp over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-tls-'))
  let server: Server
  let ca: Buffer
  let url: string
  beforeAll(async () => {
    const paths = ['-keyout', join(folder, 'key'), '-out', join(folder, 'cert')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...paths, ...subject], {
      stdio: 'ignore',
    })
    ca = readFileSync(join(folder, 'cert'))
    server = createServer({ cert: ca, key: readFileSync(join(folder, 'key')) }, (_, response) => response.end('ok'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `https://localhost:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  })

  it('believes the authority it was given', async () => {
    const http = nodeHttp({ ca })
    for (let sent = 0; sent < 2; sent += 1) {
      expect((await (await http.send({ url })).bytes(10)).length).toBe(2)
    }
  })

  it('says tls where nobody vouches for the server, or it has another name', async () => {
    await expect(nodeHttp().send({ url })).rejects.toMatchObject({ code: 'tls' })
    const other = url.replace('localhost', '127.0.0.1')
    await expect(nodeHttp({ ca }).send({ url: other })).rejects.toMatchObject({
      code: expect.stringMatching(/tls|refused/),
    })
  })
})

describe('nodeHttp in a process of its own', () => {
  it('lets the process end while connections are kept', async () => {
    const server = await listen(async () => ({ status: 200, body: 'ok' }), { host: '127.0.0.1', port: 0 })
    const script = `
      const { nodeHttp } = await import(${JSON.stringify(new URL('./node-http.ts', import.meta.url).href)})
      const answer = await nodeHttp().send({ url: 'http://127.0.0.1:${server.port}/' })
      await answer.bytes(10)
      console.log(performance.now())`
    const begun = performance.now()
    await run(process.execPath, ['--input-type=module', '-e', script])
    expect(performance.now() - begun).toBeLessThan(4000)
    await server.close()
  })
})
