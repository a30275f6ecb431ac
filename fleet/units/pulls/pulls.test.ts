import { createHash } from 'node:crypto'
import { createLog, type HttpHandler, type HttpRequest, jsonLines } from '@windlass/platform'
import { FakeClock, FakeHttp, SeededRandom } from '@windlass/platform/fakes'
import { mediaTypes } from '@windlass/wire/oci'
import { describe, expect, it } from 'vitest'
import { folderBlobs } from '../../adapters/folder-blobs.ts'
import { testFolder } from '../../adapters/http/test-fleet.ts'
import { memoryUnitStore } from '../memory-unit-store.ts'
import { type PullOrder, Pulls } from './pulls.ts'

const origin = 'https://registry.test'
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A registry with one image for two architectures; `change` has a say in each answer. */
function registry(change: (request: HttpRequest) => ReturnType<HttpHandler> | undefined = () => undefined) {
  const blobs = new Map<string, Buffer>()
  const put = (value: unknown, mediaType: string) => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))
    blobs.set(digestOf(bytes), bytes)
    return { mediaType, digest: digestOf(bytes), size: bytes.length }
  }
  const layer = put(Buffer.alloc(300_000, 'a layer '), mediaTypes.layer)
  const manifests = ['amd64', 'arm64'].map((architecture) => {
    const config = put({ os: 'linux', architecture }, mediaTypes.config)
    const manifest = put({ schemaVersion: 2, config, layers: [layer] }, mediaTypes.manifest)
    return { ...manifest, platform: { os: 'linux', architecture } }
  })
  const index = put({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, mediaTypes.index)
  const served: string[] = []
  const handler: HttpHandler = async (request, signal) => {
    const changed = change(request)
    if (changed) return changed
    const name = request.path.split('/').at(-1) ?? ''
    const body = blobs.get(name === 'v1' ? index.digest : name)
    if (!body || signal.aborted) return { status: 404 }
    served.push(
      `${request.method} ${name === 'v1' ? name : name.slice(0, 12)} ${request.headers['range'] ?? ''}`.trim(),
    )
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers['range'] ?? '') ?? []
    if (from === undefined) return { status: 200, headers: { 'content-length': String(body.length) }, body }
    const rest = body.subarray(Number(from))
    const range = `bytes ${from}-${body.length - 1}/${body.length}`
    return { status: 206, headers: { 'content-range': range, 'content-length': String(rest.length) }, body: rest }
  }
  return { handler, index, layer, manifests, served }
}

async function scene(handler: HttpHandler, maxBytes = 1024 * 1024) {
  const clock = new FakeClock()
  const http = new FakeHttp({ [origin]: handler }, clock)
  const store = memoryUnitStore()
  const random = new SeededRandom(1)
  const blobs = await folderBlobs(await testFolder(), { random, clock, alone: true })
  const lines: string[] = []
  const log = createLog([jsonLines((line) => void lines.push(line))], () => clock.now())
  const pulls = new Pulls({ store, blobs, http, clock, random, log, now: () => clock.now(), maxBytes })
  /** Asks as the client does, until there is an end; time passes as fast as it can. */
  const pull = async (over: Partial<PullOrder> = {}) => {
    const ended = new AbortController()
    const passing = (async () => {
      while (!ended.signal.aborted) await Promise.all([clock.advance(500), new Promise((next) => setTimeout(next, 1))])
    })()
    try {
      for (;;) {
        const came = await pulls.ask({ ...order, ...over })
        if ('item' in came) return came.item
      }
    } finally {
      ended.abort()
      await passing
    }
  }
  return { clock, http, store, blobs, pulls, pull, lines }
}

const order: PullOrder = {
  from: 'docker://registry.test/app/web:v1',
  itemId: 'web',
  type: 'service',
  version: '1.0.0',
  ownerId: 'windlass',
  platforms: [],
  itemConfig: null,
  login: null,
}

describe('a pull', () => {
  it('brings an image under the digest that it has at the registry, and only once', async () => {
    const { handler, index, layer, served } = registry()
    const { pull, store, blobs } = await scene(handler)
    const item = await pull()
    expect(item).toMatchObject({ itemId: 'web', version: '1.0.0', indexDigest: index.digest })
    const own = ['itemId', 'type', 'version', 'ownerId', 'indexDigest', 'blobs', 'size', 'createdAt']
    expect(Object.keys(item)).toEqual(own)
    expect(await store.items()).toEqual([item])
    expect(await blobs.readWhole(layer.digest, layer.size)).toHaveLength(300_000)
    served.length = 0
    await pull({ version: '1.0.1' })
    expect(served).toEqual(['GET v1'])
    // Asked for again later, it is as it was.
    expect(await pull()).toEqual(item)
  })

  it('takes one architecture of several, and says which there are', async () => {
    const { handler } = registry()
    const { pull } = await scene(handler)
    expect((await pull({ platforms: ['linux/arm64'] })).blobs).toHaveLength(4)
    await expect(pull({ platforms: ['linux/s390x'] })).rejects.toMatchObject({
      code: 'image_unknown',
      message: 'expected an image for linux/s390x, found linux/amd64, linux/arm64',
    })
  })

  it('goes on where a connection broke off', async () => {
    const { handler, layer, served } = registry()
    const { pull, http } = await scene(async (request, signal) => {
      // The next one asks for the bytes.
      if (request.path.endsWith(layer.digest) && !served.some((line) => line.includes(layer.digest.slice(0, 12))))
        http.fault(origin, { cutAfter: 200_000 }, 1)
      return handler(request, signal)
    })
    const { size } = await pull()
    expect(size).toBeGreaterThan(300_000)
    const short = layer.digest.slice(0, 12)
    // Each is asked for before it is fetched.
    expect(served.filter((line) => line.includes(short))).toEqual([
      `GET ${short}`,
      `GET ${short}`,
      `GET ${short}`,
      `GET ${short} bytes=200000-`,
    ])
  })

  it('shows a login and does not keep it', async () => {
    const basic = `Basic ${Buffer.from('me:a-secret').toString('base64')}`
    const challenge = { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } }
    const { handler } = registry(({ headers }) =>
      headers['authorization'] === basic ? undefined : Promise.resolve(challenge),
    )
    const { pull, lines } = await scene(handler)
    await expect(pull()).rejects.toMatchObject({ code: 'registry_refused' })
    const login = { user: 'me', password: 'a-secret' }
    await pull({ login })
    await expect(pull({ login: { ...login, password: 'a-wrong-secret' } })).rejects.toMatchObject({
      code: 'registry_refused',
    })
    expect(lines.length).toBeGreaterThan(3)
    expect(lines.filter((line) => line.includes('secret') || line.includes(basic))).toEqual([])
  })

  it('answers how far it is, goes on meanwhile, and ends when nobody asks', async () => {
    const { handler } = registry()
    const { clock, http, pulls, lines } = await scene(handler)
    http.fault(origin, { drip: 10, everyMs: 1000 })
    const asked = pulls.ask(order)
    await clock.advance(21_000)
    expect(await asked).toEqual({ progress: { blobs: 0, bytes: 0, done: 0 } })
    for (let minutes = 0; minutes < 3; minutes += 1) await clock.advance(60_000)
    await expect.poll(() => lines.join()).toContain('nobody asked for it any more')
  })

  it('is one of four at once', async () => {
    const { handler } = registry()
    const { http, pulls, clock } = await scene(handler)
    http.fault(origin, { drip: 1, everyMs: 1000 })
    const four = ['1.0.1', '1.0.2', '1.0.3', '1.0.4'].map((version) => pulls.ask({ ...order, version }))
    await expect(pulls.ask(order)).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 10 })
    const ended = Promise.allSettled(four)
    pulls.stop()
    await clock.advance(25_000)
    for (const each of await ended) expect(each).toMatchObject({ reason: { message: 'the fleet stops' } })
  })
})

describe('a hostile registry', () => {
  it.each<[string, (request: HttpRequest) => ReturnType<HttpHandler> | undefined, string, string]>([
    [
      'that sends one round in circles',
      ({ path }) => Promise.resolve({ status: 302, headers: { location: `${path}x` } }),
      'registry_failed',
      'expected at most 10 redirects',
    ],
    [
      'that gives other bytes under a digest',
      ({ path, method }) =>
        path.includes('/blobs/sha256:') && method === 'GET'
          ? Promise.resolve({ status: 200, body: Buffer.alloc(10, 'x') })
          : undefined,
      'blob_mismatch',
      'expected bytes of sha256:',
    ],
    [
      'whose tag means something that it does not have',
      ({ path }) => (path.endsWith('/v1') ? Promise.resolve({ status: 200, body: 'not json' }) : undefined),
      'image_unknown',
      'which has named it; it has none',
    ],
    [
      'whose documents are not JSON',
      () => Promise.resolve({ status: 200, body: 'not json' }),
      'item_invalid',
      'expected JSON',
    ],
    ['that fails', () => Promise.resolve({ status: 500 }), 'registry_failed', 'expected 200, got 500'],
    ['without the image', () => Promise.resolve({ status: 404 }), 'image_unknown', 'expected 200, got 404'],
  ])('%s is refused, and nothing of it is kept', async (_what, change, code, message) => {
    const { pull, store } = await scene(registry(change).handler)
    await expect(pull()).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string })
    expect(await store.items()).toEqual([])
  })

  it('with a body without end is cut off at the size that it announced', async () => {
    const { handler } = registry()
    const { pull, http } = await scene(handler)
    http.fault(origin, 'endless')
    await expect(pull()).rejects.toMatchObject({ code: 'registry_failed' })
    let named = false
    const { handler: other, layer } = registry(({ path, method }) => {
      named = path.endsWith(layer.digest) && method === 'GET'
      return undefined
    })
    const second = await scene(async (request, signal) => {
      const answer = await other(request, signal)
      return named ? { status: 200, body: zeros() } : answer
    })
    await expect(second.pull()).rejects.toMatchObject({ code: 'upload_too_large' })
    expect(await second.store.items()).toEqual([])
  })

  it('with an image larger than this fleet takes is refused before a layer is fetched', async () => {
    const { handler, layer, served } = registry()
    const { pull } = await scene(handler, 200_000)
    await expect(pull()).rejects.toMatchObject({ code: 'upload_too_large' })
    expect(served.join()).not.toContain(layer.digest.slice(0, 12))
  })

  it.each(['web:v1', 'https://registry.test/web', 'docker://registry.test/../x', 'file:///etc/passwd'])(
    'is not looked for at %s',
    async (from) => {
      const { pull, http } = await scene(registry().handler)
      await expect(pull({ from })).rejects.toMatchObject({ code: 'request_invalid' })
      expect(http.calls).toEqual([])
    },
  )
})

async function* zeros(): AsyncIterable<Uint8Array> {
  for (;;) yield new Uint8Array(65_536)
}
