import { describe, expect, it } from 'vitest'
import type { Http, HttpHandler, HttpRequest } from './http.ts'

/** What every Http promises. `serve` puts a handler behind an address and gives its origin. */
export function testHttp(
  name: string,
  make: () => { http: Http; serve: (handler: HttpHandler) => Promise<string> },
): void {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  const bytes = (text: string) => new TextEncoder().encode(text)
  const pieces = async function* (...texts: string[]) {
    for (const one of texts) yield bytes(one)
  }

  describe(`${name} as the network`, () => {
    it('carries a request there and its answer back', async () => {
      const { http, serve } = make()
      const seen: HttpRequest[] = []
      const origin = await serve(async (request) => {
        seen.push(request)
        return { status: 201, headers: { 'X-Made': 'yes' }, body: 'made' }
      })
      const url = `${origin}/a/b?id=1&id=2`
      const answer = await http.send({ url, method: 'POST', headers: { 'Api-Version': '1' }, body: '{}' })
      expect(answer).toMatchObject({ status: 201, url, headers: { 'x-made': 'yes', 'content-length': '4' } })
      expect(text(await answer.bytes(4))).toBe('made')
      expect(seen).toMatchObject([{ method: 'POST', path: '/a/b', headers: { 'api-version': '1' } }])
      expect(text(seen[0]?.body ?? new Uint8Array())).toBe('{}')
      expect(seen[0]?.query.getAll('id')).toEqual(['1', '2'])
      expect(seen[0]?.headers).not.toHaveProperty('accept-encoding')
    })

    it('carries bodies in pieces, both ways', async () => {
      const { http, serve } = make()
      const origin = await serve(async ({ body }) => ({ status: 200, body: pieces('<', text(body), '>') }))
      const answer = await http.send({ url: origin, method: 'PUT', body: pieces('one', 'two') })
      expect(text(await answer.bytes(100))).toBe('<onetwo>')
    })

    it('gives HEAD the head of GET', async () => {
      const { http, serve } = make()
      const origin = await serve(async ({ method }) => ({ status: 200, headers: { method }, body: 'body' }))
      const answer = await http.send({ url: origin, method: 'HEAD' })
      expect(answer.headers).toMatchObject({ method: 'GET', 'content-length': '4' })
      expect(await answer.bytes(10)).toHaveLength(0)
    })

    it('refuses a body longer than the reader allows, promised or not', async () => {
      const { http, serve } = make()
      const origin = await serve(async ({ path }) => ({
        status: 200,
        body: path === '/whole' ? '12345' : pieces('123', '45'),
      }))
      for (const path of ['whole', 'pieces']) {
        const answer = await http.send({ url: `${origin}/${path}` })
        await expect(answer.bytes(4)).rejects.toMatchObject({ name: 'HttpError', code: 'too_long' })
      }
    })

    it('answers 500 for a handler that throws, without saying why', async () => {
      const { http, serve } = make()
      const origin = await serve(async () => {
        throw new Error('secret')
      })
      const answer = await http.send({ url: origin })
      expect([answer.status, text(await answer.bytes(100))]).toEqual([500, 'internal error\n'])
    })

    it('refuses addresses that are none of http', async () => {
      const { http } = make()
      for (const url of ['ftp://host/', 'no address']) {
        await expect(http.send({ url })).rejects.toMatchObject({ code: 'bad_url' })
      }
    })

    it('follows redirects, says where it came to, and stops at the bound', async () => {
      const { http, serve } = make()
      const origin = await serve(async ({ path, method, body }) => {
        const step = Number(path.slice(1))
        if (step === 0) return { status: 200, body: `${method} ${text(body)}` }
        return { status: path.length > 2 ? 307 : 302, headers: { location: `/${step - 1}` } }
      })
      const answer = await http.send({ url: `${origin}/3`, method: 'POST', body: 'x' })
      expect([answer.url, text(await answer.bytes(10))]).toEqual([`${origin}/0`, 'GET '])
      const kept = await http.send({ url: `${origin}/01`, method: 'POST', body: 'x' })
      expect(text(await kept.bytes(10))).toBe('POST x')
      const onceOnly = await http.send({ url: `${origin}/01`, method: 'POST', body: pieces('x') })
      expect(onceOnly.status).toBe(307)
      onceOnly.discard()
      const bounded = { url: `${origin}/3`, maxRedirects: 2 }
      await expect(http.send(bounded)).rejects.toMatchObject({ code: 'too_many_redirects' })
      await expect(http.send({ url: `${origin}/1`, maxRedirects: 0 })).rejects.toMatchObject({
        code: 'too_many_redirects',
      })
    })

    it('does not carry credentials to another origin', async () => {
      const { http, serve } = make()
      const headers = { authorization: 'Bearer x', accept: 'a/b' }
      const there = await serve(async (request) => ({ status: 200, body: JSON.stringify(request.headers) }))
      const here = await serve(async () => ({ status: 302, headers: { location: `${there}/` } }))
      const seen = JSON.parse(text(await (await http.send({ url: here, headers })).bytes(1000)))
      expect(seen).toMatchObject({ accept: 'a/b' })
      expect(seen).not.toHaveProperty('authorization')
    })

    it('rejects with the reason of the signal, before and in the middle', async () => {
      const { http, serve } = make()
      const stop = new AbortController()
      const origin = await serve(async () => ({
        status: 200,
        body: (async function* () {
          yield bytes('one')
          await new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(new Error('over'))))
        })(),
      }))
      const answer = await http.send({ url: origin }, stop.signal)
      const read = async () => {
        for await (const piece of answer.body) if (piece.length > 0) stop.abort(new Error('enough'))
      }
      await expect(read()).rejects.toThrow('enough')
      await expect(http.send({ url: origin }, stop.signal)).rejects.toThrow('enough')
    })

    it('cuts where the body broke off', async () => {
      const { http, serve } = make()
      const origin = await serve(async () => ({
        status: 200,
        headers: { 'content-length': '100' },
        body: (async function* () {
          yield bytes('one')
          throw new Error('broken')
        })(),
      }))
      const answer = await http.send({ url: origin })
      await expect(answer.bytes(100)).rejects.toMatchObject({ code: 'cut' })
    })

    it('rejects with what broke the body on its way out', async () => {
      const { http, serve } = make()
      const origin = await serve(async () => ({ status: 200 }))
      const broken = async function* () {
        yield new Uint8Array(1)
        throw new Error('disk on fire')
      }
      await expect(http.send({ url: origin, method: 'POST', body: broken() })).rejects.toThrow('disk on fire')
    })

    it('lets go of an answer that is not read', async () => {
      const { http, serve } = make()
      const gone = Promise.withResolvers<void>()
      const origin = await serve(async (_, signal) => {
        signal.addEventListener('abort', () => gone.resolve())
        return {
          status: 200,
          body: (async function* () {
            while (!signal.aborted) yield new Uint8Array(65_536)
          })(),
        }
      })
      const answer = await http.send({ url: origin })
      for await (const piece of answer.body) if (piece.length > 0) break
      await gone.promise
    })
  })
}
