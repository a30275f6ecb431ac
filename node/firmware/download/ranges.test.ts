import { FakeClock, FakeHttp, SeededRandom } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { object, silent } from './fetch-scene.ts'
import { defaultLimits } from './limits.ts'
import { rangesOf } from './ranges.ts'

const url = 'http://fleet.test/object'
const never = new AbortController().signal

function server(total = object.length) {
  const clock = new FakeClock({ auto: true })
  const http = new FakeHttp(
    {
      'http://fleet.test': async ({ headers }) => {
        const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '') ?? []
        const range = `bytes ${first}-${last}/${total}`
        return {
          status: 206,
          headers: { 'content-range': range },
          body: object.subarray(Number(first), Number(last) + 1),
        }
      },
    },
    clock,
  )
  const ranges = rangesOf(
    { http, clock, random: new SeededRandom(1), log: silent },
    { url, size: object.length },
    defaultLimits,
  )
  const read = async (at: number, size: number, until = at + size) =>
    Buffer.concat(await Array.fromAsync(ranges.read(at, size, until, never)))
  const asked = () => http.calls.map(({ headers = {} }) => headers['range'])
  return { http, clock, read, asked, ranges }
}

describe('rangesOf', () => {
  it('S9 asks for a range with both bounds', async () => {
    const { read, asked } = server()
    expect(await read(5, 5)).toEqual(Buffer.from(object.subarray(5, 10)))
    expect(asked()).toEqual(['bytes=5-9'])
  })

  it('goes on with one answer for readings that follow each other, and with a new one behind its end', async () => {
    const { read, asked } = server()
    expect(await read(100, 50, 1000)).toEqual(Buffer.from(object.subarray(100, 150)))
    expect(await read(150, 850, 1000)).toEqual(Buffer.from(object.subarray(150, 1000)))
    expect(await read(1000, 10, 2000)).toEqual(Buffer.from(object.subarray(1000, 1010)))
    expect(await read(1500, 10)).toEqual(Buffer.from(object.subarray(1500, 1510)))
    expect(asked()).toEqual(['bytes=100-999', 'bytes=1000-1999', 'bytes=1500-1509'])
  })

  it('never asks behind the end of the object', async () => {
    const { read, asked } = server()
    await read(object.length - 5, 5, object.length + 99)
    expect(asked()).toEqual([`bytes=${object.length - 5}-${object.length - 1}`])
  })

  it('goes on from the right byte after each cut, as long as that gains ground', async () => {
    const { http, read, asked } = server()
    http.fault('http://fleet.test', { cutAfter: 70_000 })
    expect(await read(0, object.length)).toEqual(Buffer.from(object))
    expect(asked().map((range) => range?.split('-')[0])).toEqual(['bytes=0', 'bytes=70000', 'bytes=140000'])
  })

  it('gives up after so many attempts without ground', async () => {
    const { http, read, asked, clock } = server()
    http.fault('http://fleet.test', 'refuse')
    await expect(read(0, 10)).rejects.toMatchObject({ code: 'server_unreachable' })
    expect(asked()).toHaveLength(defaultLimits.attempts)
    expect(clock.uptime()).toBeGreaterThan(30_000)
  })

  it('tries again after an answer that may pass, and not after others', async () => {
    const { http, read, asked } = server()
    http.route('http://fleet.test', async () => ({ status: 503 }))
    await expect(read(0, 10)).rejects.toMatchObject({ code: 'server_refused' })
    expect(asked()).toHaveLength(defaultLimits.attempts)
    for (const [more, status] of [200, 404, 500, 501].entries()) {
      http.route('http://fleet.test', async () => ({ status, body: object }))
      await expect(read(0, 10)).rejects.toMatchObject({ code: 'server_refused' })
      expect(asked()).toHaveLength(defaultLimits.attempts + 1 + more)
    }
  })

  it('refuses an object of another length', async () => {
    await expect(server(object.length - 1).read(0, 10)).rejects.toMatchObject({ code: 'server_refused' })
  })

  it('stops when told to', async () => {
    const { ranges, http } = server()
    http.fault('http://fleet.test', 'refuse')
    const reason = new Error('cancelled')
    await expect(Array.fromAsync(ranges.read(0, 10, 10, AbortSignal.abort(reason)))).rejects.toBe(reason)
  })
})
