import { dirname } from 'node:path/posix'
import { listen, nodeFiles, nodeHttp } from '@windlass/platform'
import { FakeFiles, FakeHttp } from '@windlass/platform/fakes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blobServer } from './blob-server.ts'

const hex = 'ab'.repeat(32)
const content = 'ten bytes!'

function server() {
  const files = new FakeFiles()
  files.put(`/images/blobs/sha256/${hex}`, content)
  files.put('/images/secret', 'secret')
  const blobPath = async (digest: string) => (digest === `sha256:${hex}` ? `/images/blobs/sha256/${hex}` : undefined)
  return new FakeHttp({ 'http://main:8094': blobServer({ blobPath }, files) })
}

async function get(path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'PUT' = 'GET') {
  const answer = await server().send({ url: `http://main:8094${path}`, headers, method })
  const body = new TextDecoder().decode(await answer.bytes(1000))
  const { 'content-range': range, 'content-length': length } = answer.headers
  return { status: answer.status, body, range, length }
}

describe('the blob server', () => {
  it('serves a blob by its digest, whole', async () => {
    expect(await get(`/blobs/sha256/${hex}`)).toEqual({ status: 200, body: content, range: undefined, length: '10' })
    expect(await get(`/blobs/sha256/${hex}`, {}, 'HEAD')).toMatchObject({ status: 200, body: '', length: '10' })
  })

  it('serves one range, so that a node goes on where it was', async () => {
    const range = (text: string) => get(`/blobs/sha256/${hex}`, { range: text })
    expect(await range('bytes=4-')).toEqual({ status: 206, body: 'bytes!', range: 'bytes 4-9/10', length: '6' })
    expect(await range('bytes=0-2')).toMatchObject({ status: 206, body: 'ten', range: 'bytes 0-2/10' })
    expect(await range('bytes=-6')).toMatchObject({ status: 206, body: 'bytes!' })
    expect(await range('bytes=10-')).toMatchObject({ status: 416, range: 'bytes */10', body: '' })
    expect(await range('bytes=0-1,4-5')).toMatchObject({ status: 200, body: content })
    expect(await range('lines=1-')).toMatchObject({ status: 200, body: content })
  })

  it('gives a range only of the blob that was meant', async () => {
    const headers = (tag: string) => ({ range: 'bytes=4-', 'if-range': tag })
    expect(await get(`/blobs/sha256/${hex}`, headers(`"${hex}"`))).toMatchObject({ status: 206 })
    expect(await get(`/blobs/sha256/${hex}`, headers('"other"'))).toMatchObject({ status: 200, body: content })
  })

  it.each([
    '/',
    '/blobs',
    '/blobs/',
    '/blobs/sha256',
    '/blobs/sha256/',
    '/blobs/sha256/../../secret',
    '/blobs/sha256/..%2f..%2fsecret',
    '/secret',
    `/blobs/sha512/${hex}`,
    `/blobs/sha256/${hex.toUpperCase()}`,
    `/blobs/sha256/${hex}/`,
    `/blobs/sha256/${'cd'.repeat(32)}`,
  ])('has nothing at %s, and no list', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, body: 'no such blob\n' })
  })

  it('takes nothing', async () => {
    expect(await get(`/blobs/sha256/${hex}`, {}, 'PUT')).toMatchObject({ status: 405 })
  })
})

describe('the blob server behind a socket', () => {
  const path = new URL('fixtures/certificates/message', import.meta.url).pathname
  let origin = ''
  let close = async () => {}
  beforeAll(async () => {
    const listening = await listen(blobServer({ blobPath: async () => path }, nodeFiles), {
      host: '127.0.0.1',
      port: 0,
    })
    origin = `http://127.0.0.1:${listening.port}`
    close = () => listening.close(0)
  })
  afterAll(() => close())

  it('serves wholes, ranges and heads', async () => {
    const http = nodeHttp()
    const url = `${origin}/blobs/sha256/${hex}`
    const text = async (headers = {}) => new TextDecoder().decode(await (await http.send({ url, headers })).bytes(1000))
    expect(await text()).toBe('the clear bytes\n')
    expect(await text({ range: 'bytes=4-8' })).toBe('clear')
    const head = await http.send({ url, method: 'HEAD' })
    expect(head.headers['content-length']).toBe('16')
    head.discard()
    expect(dirname(url)).toBe(`${origin}/blobs/sha256`)
  })
})
