import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { product, uidOf } from '../../store/samples.ts'
import { rollOut, testFleet } from './test-fleet.ts'

const agent = { 'user-agent': 'updatehub/2.0 Linux' }
const served = async (given: { resumeQuirk?: boolean } = {}) => {
  const fleet = await testFleet(given)
  const { uid, object } = await rollOut(fleet, '3.1')
  const url = `/products/${product}/packages/${uid}/objects/${object}`
  const get = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    fleet.app.inject({ method, url, headers })
  return { fleet, uid, object, get }
}

describe('an object', () => {
  it('is served whole, with what a cache needs to keep it for ever', async () => {
    const { get, object } = await served()
    const answer = await get()
    expect([answer.statusCode, answer.body]).toEqual([200, '1234567890'])
    expect(answer.headers).toMatchObject({
      etag: `"${object}"`,
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      'content-length': '10',
      'content-type': 'application/octet-stream',
    })
  })

  it('S8 is served from byte 0 as a range', async () => {
    const { get } = await served()
    const answer = await get({ range: 'bytes=0-' })
    expect([answer.statusCode, answer.body, answer.headers['content-range']]).toEqual([
      206,
      '1234567890',
      'bytes 0-9/10',
    ])
  })

  it('S9 is served between two bytes', async () => {
    const { get } = await served()
    const answer = await get({ range: 'bytes=5-9' })
    expect([answer.statusCode, answer.body, answer.headers['content-length']]).toEqual([206, '67890', '5'])
  })

  it.each([
    ['bytes=-3', 206, '890'],
    ['bytes=-99', 206, '1234567890'],
    ['bytes=9-99', 206, '0'],
    ['bytes=2-2', 206, '3'],
    ['bytes = 2 - 2', 206, '3'],
    ['bytes=5-2', 200, '1234567890'],
    ['bytes=0-1,4-5', 200, '1234567890'],
    ['lines=0-1', 200, '1234567890'],
    ['bytes=-', 200, '1234567890'],
    ['bytes=x', 200, '1234567890'],
    ['bytes=10-', 416, ''],
    ['bytes=-0', 416, ''],
  ])('answers Range "%s" with %d', async (range, status, body) => {
    const { get } = await served()
    const answer = await get({ range })
    expect([answer.statusCode, answer.body]).toEqual([status, body])
    if (status === 416) expect(answer.headers['content-range']).toBe('bytes */10')
  })

  it('S10 beyond its end is not answered 416 to the agent that would be stuck by it', async () => {
    const { get } = await served()
    const answer = await get({ ...agent, range: 'bytes=10-' })
    expect([answer.statusCode, answer.body]).toEqual([200, '1234567890'])
  })

  it('S11 comes out right in an agent that was cut at 4 bytes, with the resume quirk on', async () => {
    const { get, object } = await served({ resumeQuirk: true })
    const rest = await get({ ...agent, range: 'bytes=3-' })
    expect([rest.statusCode, rest.headers['content-range']]).toEqual([206, 'bytes 4-9/10'])
    expect(createHash('sha256').update(`1234${rest.body}`).digest('hex')).toBe(object)
    expect((await get({ ...agent, range: 'bytes=3-', 'if-range': `"${object}"` })).body).toBe('4567890')
    expect((await get({ ...agent, range: 'bytes=3-5' })).body).toBe('456')
    expect((await get({ ...agent, range: 'bytes=0-' })).body).toBe('1234567890')
    expect((await get({ range: 'bytes=3-' })).body).toBe('4567890')
  })

  it('S11 is served by the standard without the quirk', async () => {
    const { get } = await served()
    expect((await get({ ...agent, range: 'bytes=3-' })).headers['content-range']).toBe('bytes 3-9/10')
  })

  it('starts over where If-Range names other bytes', async () => {
    const { get, object } = await served()
    expect((await get({ range: 'bytes=5-', 'if-range': `"${object}"` })).statusCode).toBe(206)
    for (const ifRange of [`W/"${object}"`, '"other"', 'Fri, 02 Jan 2026 03:04:05 GMT'])
      expect((await get({ range: 'bytes=5-', 'if-range': ifRange })).body).toBe('1234567890')
  })

  it('is not sent again to who has it', async () => {
    const { get, object } = await served()
    for (const tag of [`"${object}"`, `W/"${object}"`, `"x", "${object}"`, '*']) {
      const answer = await get({ 'if-none-match': tag })
      expect([answer.statusCode, answer.body]).toEqual([304, ''])
    }
    expect((await get({ 'if-none-match': '"x"' })).statusCode).toBe(200)
  })

  it('shows its head without a body', async () => {
    const { get } = await served()
    const answer = await get({}, 'HEAD')
    expect([answer.statusCode, answer.body, answer.headers['content-length']]).toEqual([200, '', '10'])
  })

  it('is 404 where package or object are not known, whatever they look like', async () => {
    const { fleet, uid, object } = await served()
    const paths = [
      `${uidOf('x')}/objects/${object}`,
      `${uid}/objects/${uidOf('x')}`,
      `${uid}/objects/..%2f..%2fsecret`,
      'x/objects/y',
    ]
    for (const path of paths)
      expect((await fleet.app.inject({ url: `/products/${product}/packages/${path}` })).statusCode).toBe(404)
  })
})
