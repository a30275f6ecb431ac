import { describe, expect, it } from 'vitest'
import { FakeClock } from '../time/fake-clock.ts'
import { FakeHttp } from './fake-http.ts'
import { testHttp } from './http.contract.ts'
import { HttpError, type HttpHandler, type HttpRequest } from './http.ts'

testHttp('FakeHttp', () => {
  const http = new FakeHttp()
  let servers = 0
  const serve = async (handler: HttpHandler) => {
    servers += 1
    http.route(`http://server-${servers}.test`, handler)
    return `http://server-${servers}.test`
  }
  return { http, serve }
})

const url = 'http://fleet.test/object?id=1'
const serving = (body: string | Uint8Array, clock = new FakeClock()) =>
  new FakeHttp({ 'http://fleet.test': async () => ({ status: 200, body }) }, clock)

describe('FakeHttp', () => {
  it('lets a handler play a line that breaks before it answers', async () => {
    const broken = new HttpError('cut', 'the server died')
    const http = new FakeHttp({ 'http://fleet.test': () => Promise.reject(broken) })
    await expect(http.send({ url })).rejects.toBe(broken)
  })

  it('hands the request to the handler of its origin', async () => {
    const seen: HttpRequest[] = []
    const http = new FakeHttp({
      'http://fleet.test': async (request) => {
        seen.push(request)
        return { status: 201, headers: { 'X-Made': 'yes' }, body: 'ok' }
      },
    })
    const answer = await http.send({ url, method: 'POST', headers: { 'Api-Version': '1' }, body: 'hello' })
    expect(answer).toMatchObject({ status: 201, url, headers: { 'x-made': 'yes', 'content-length': '2' } })
    expect(new TextDecoder().decode(await answer.bytes(10))).toBe('ok')
    expect(seen[0]).toMatchObject({
      method: 'POST',
      path: '/object',
      headers: { 'api-version': '1', host: 'fleet.test' },
    })
    expect(seen[0]?.query.get('id')).toBe('1')
    expect(http.calls).toHaveLength(1)
  })

  it('refuses where nobody is, or as told', async () => {
    const http = serving('x')
    await expect(http.send({ url: 'http://other.test/' })).rejects.toMatchObject({ code: 'refused' })
    http.fault('http://fleet.test', 'refuse', 1)
    await expect(http.send({ url })).rejects.toMatchObject({ code: 'refused' })
    expect((await http.send({ url })).status).toBe(200)
  })

  it('cuts the body after so many bytes', async () => {
    const http = serving(new Uint8Array(100_000))
    http.fault('http://fleet.test', { cutAfter: 70_000 })
    const answer = await http.send({ url })
    let came = 0
    const read = async () => {
      for await (const piece of answer.body) came += piece.length
    }
    await expect(read()).rejects.toMatchObject({ code: 'cut' })
    expect(came).toBe(70_000)
  })

  it('drips on the clock, and is given up when the pause is longer than the patience', async () => {
    const clock = new FakeClock({ auto: true })
    const http = serving('12345', clock)
    http.fault('http://fleet.test', { drip: 1, everyMs: 1000 })
    const patient = await http.send({ url, idleTimeoutMs: 1001 })
    expect((await patient.bytes(10)).length).toBe(5)
    expect(clock.uptime()).toBe(5000)
    const hasty = await http.send({ url, idleTimeoutMs: 900 })
    await expect(hasty.bytes(10)).rejects.toMatchObject({ code: 'timeout' })
  })

  it('has bodies that never end', async () => {
    const http = serving('x')
    http.fault('http://fleet.test', 'endless')
    await expect((await http.send({ url })).bytes(1_000_000)).rejects.toMatchObject({ code: 'too_long' })
  })

  it('times out when the handler says nothing', async () => {
    const clock = new FakeClock()
    const http = new FakeHttp({ 'http://fleet.test': () => new Promise(() => undefined) }, clock)
    const sent = expect(http.send({ url, idleTimeoutMs: 3000 })).rejects.toMatchObject({ code: 'timeout' })
    await clock.advance(3000)
    await sent
    expect(clock.sleepers).toBe(0)
  })
})
