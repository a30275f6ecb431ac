import { createHash } from 'node:crypto'
import type { HttpHandler, HttpRequest } from '@windlass/platform'
import { FakeClock, FakeHttp } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { parseReference } from './reference.ts'
import { Registry } from './registry.ts'

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const defaultLimits = { connectTimeoutMs: 10_000, idleTimeoutMs: 30_000 }
const never = new AbortController().signal
const layer = Buffer.from('the layer')
const manifest = Buffer.from('{"schemaVersion":2,"manifests":[]}')

/** A registry with one repository, which wants to see this in a request. */
function registryWith(wants: string | undefined, challenge: string): HttpHandler {
  const answers: Record<string, Buffer> = {
    [`/v2/app/web/blobs/${digestOf(layer)}`]: layer,
    [`/v2/app/web/manifests/${digestOf(manifest)}`]: manifest,
    '/v2/app/web/manifests/v1': manifest,
  }
  return async ({ path, headers }) => {
    if (wants !== undefined && headers['authorization'] !== wants)
      return { status: 401, headers: { 'www-authenticate': challenge } }
    const body = answers[path]
    return body ? { status: 200, body } : { status: 404 }
  }
}

function scene(wants?: string, challenge = '', login?: { user: string; password: string }) {
  const clock = new FakeClock()
  const tokens: HttpRequest[] = []
  const http = new FakeHttp({
    'http://127.0.0.1:5000': registryWith(wants, challenge),
    'https://auth.test': async (request) => {
      tokens.push(request)
      return { status: 200, body: JSON.stringify({ token: 'abc', expires_in: 300 }) }
    },
  })
  const reference = parseReference('docker://127.0.0.1:5000/app/web:v1')
  const registry = new Registry({ http, clock }, reference, defaultLimits, login)
  const read = async (digest: string) => {
    const [offer] = await registry.sources([digest], never)
    const stream = await offer?.places[0]?.open(0, never)
    return offer && Buffer.concat(await Array.fromAsync(stream?.bytes ?? []))
  }
  return { clock, http, tokens, registry, read }
}

const bearer = 'Bearer realm="https://auth.test/token",service="registry.test",scope="repository:app/web:pull"'

describe('a registry', () => {
  it('gives layers and documents by digest', async () => {
    const { registry, read } = scene()
    expect(await read(digestOf(layer))).toEqual(layer)
    expect(await read(digestOf(manifest))).toEqual(manifest)
    expect(await registry.resolve(never)).toBe(digestOf(manifest))
    expect(await read(digestOf(Buffer.of(1)))).toBeUndefined()
  })

  it('is shown the token that it asks for, until that grows old', async () => {
    const { clock, http, tokens, read } = scene('Bearer abc', bearer)
    await read(digestOf(layer))
    await read(digestOf(layer))
    expect(tokens).toHaveLength(1)
    expect(tokens[0]?.query.toString()).toBe('service=registry.test&scope=repository%3Aapp%2Fweb%3Apull')
    expect(tokens[0]?.headers).not.toHaveProperty('authorization')
    await clock.advance(301_000)
    await read(digestOf(layer))
    expect(tokens).toHaveLength(2)
    expect(http.calls.filter(({ url }) => url.startsWith('https://auth'))).toHaveLength(2)
  })

  it('is shown a login where one is given: itself, or the server that gives tokens', async () => {
    const login = { user: 'me', password: 'secret' }
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`
    const plain = scene(basic, 'Basic realm="registry"', login)
    expect(await plain.read(digestOf(layer))).toEqual(layer)
    const tokened = scene('Bearer abc', bearer, login)
    expect(await tokened.read(digestOf(layer))).toEqual(layer)
    expect(tokened.tokens[0]?.headers['authorization']).toBe(basic)
  })

  it('cannot have a login sent over a line that others read', async () => {
    const login = { user: 'me', password: 'secret' }
    const asked: HttpRequest[] = []
    const http = new FakeHttp({
      'https://registry.test': registryWith('Bearer abc', 'Bearer realm="http://plain.test/token"'),
      'http://plain.test': async (request) => {
        asked.push(request)
        return { status: 200, body: '{"token":"abc"}' }
      },
    })
    const reference = parseReference('registry.test/app/web:v1')
    const registry = new Registry({ http, clock: new FakeClock() }, reference, defaultLimits, login)
    await expect(registry.resolve(never)).rejects.toThrow(
      'expected an https address to get a token from, got http://plain.test',
    )
    expect(asked).toEqual([])
  })

  it.each([
    [401, 'login'],
    [403, 'login'],
    [404, 'absent'],
    [500, 'transport'],
  ])('that answers %i has a reason with the code %s', async (status, code) => {
    const http = new FakeHttp({ 'https://registry.test': async () => ({ status }) })
    const registry = new Registry({ http, clock: new FakeClock() }, parseReference('registry.test/app'), defaultLimits)
    await expect(registry.resolve(never)).rejects.toMatchObject({ code })
  })

  it('that wants a login which is not given, or another token, is refused', async () => {
    const basic = scene('Basic x', 'Basic realm="registry"')
    await expect(basic.read(digestOf(layer))).rejects.toThrow('the registry wants a login (basic), which is not given')
    const other = scene('Bearer other', bearer)
    await expect(other.read(digestOf(layer))).rejects.toThrow('expected 200, got 401')
    const odd = scene('x', 'Bearer realm="nowhere"')
    await expect(odd.registry.resolve(never)).rejects.toThrow('expected an address to get a token from, got nowhere')
  })

  it('says what it has under a name, and that it has not', async () => {
    const { http, clock } = scene()
    const unknown = parseReference('127.0.0.1:5000/app/web:v2')
    const registry = new Registry({ http, clock }, unknown, defaultLimits)
    await expect(registry.resolve(never)).rejects.toThrow('/manifests/v2: expected 200, got 404')
  })
})

describe('a reference', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  it.each([
    ['docker://reg.example/app', 'https://reg.example', 'app', 'latest'],
    ['docker://reg.example:5000/a/b/c:1.2', 'https://reg.example:5000', 'a/b/c', '1.2'],
    [`reg.example/app@${digest}`, 'https://reg.example', 'app', digest],
    [`reg.example/app:1@${digest}`, 'https://reg.example', 'app', digest],
    ['localhost:5000/app', 'http://localhost:5000', 'app', 'latest'],
    ['127.0.0.1/app:x', 'http://127.0.0.1', 'app', 'x'],
    ['docker://docker.io/library/redis:7', 'https://registry-1.docker.io', 'library/redis', '7'],
  ])('%s is read', (text, registry, repository, version) => {
    expect(parseReference(text)).toEqual({ registry, repository, version })
  })

  it('with a login before the host is refused without a word of it', () => {
    for (const text of ['docker://me:a-secret@reg.example/app', 'me:a/secret@reg.example/app:1'])
      expect(() => parseReference(text)).toThrow(/, got (docker:\/\/)?…@reg\.example\/app(:1)?$/)
  })

  it.each([
    '',
    'app',
    'docker://',
    'http://reg.example/app',
    'reg.example/',
    'reg.example/../etc',
    'reg/app:',
    'reg/a b',
  ])('%j is none', (text) => {
    expect(() => parseReference(text)).toThrow('expected docker://host/repository[:tag][@digest]')
  })
})
