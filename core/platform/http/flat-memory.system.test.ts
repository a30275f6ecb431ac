import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { listen } from './listen.ts'

it('reads 300 MB with less than 40 MB of memory beside the idle process', async () => {
  const body = async function* () {
    for (let sent = 0; sent < 300; sent += 1) yield Buffer.alloc(1_000_000)
  }
  const server = await listen(async () => ({ status: 200, body: body() }), { host: '127.0.0.1', port: 0 })
  const script = `
    const { readFileSync } = await import('node:fs')
    const { nodeHttp } = await import(${JSON.stringify(new URL('./node-http.ts', import.meta.url).href)})
    const anonymous = () => Number(/RssAnon:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
    const before = anonymous()
    let most = 0, pieces = 0
    for await (const piece of (await nodeHttp({ flatMemory: true }).send({ url: 'http://127.0.0.1:${server.port}/' })).body) {
      pieces += 1
      if (pieces % 100 === 0) most = Math.max(most, anonymous())
    }
    console.log(most - before)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  expect(Number(stdout)).toBeGreaterThan(0)
  expect(Number(stdout)).toBeLessThan(40_000)
  await server.close()
})
