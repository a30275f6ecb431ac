import type { HttpHandler } from '@windlass/platform'
import { FakeClock, FakeFiles, FakeHttp, SeededRandom } from '@windlass/platform/fakes'
import { sha256Of } from '@windlass/trust'
import { describe, expect, it } from 'vitest'
import { chunked, cutAfter, inTurn, objectServer, startOf } from './fake-object-server.ts'
import { fetchPackage } from './fetch-package.ts'
import { object as archive, codeOf, silent } from './fetch-scene.ts'
import { defaultLimits } from './limits.ts'

const path = '/data/download/fetched_pkg'
const right = sha256Of(archive)
const go = new AbortController().signal

interface Scene {
  files?: FakeFiles
  maxBytes?: number
  fault?: Parameters<FakeHttp['fault']>[1]
}

async function fetching(handler: HttpHandler, scene: Scene = {}) {
  const clock = new FakeClock({ auto: true })
  const http = new FakeHttp({ 'http://anywhere.test': handler }, clock)
  http.fault('http://anywhere.test', scene.fault)
  const files = scene.files ?? new FakeFiles()
  const progress: (number | null)[][] = []
  const wanted = { url: 'http://anywhere.test/v2.uhupkg', path, maxBytes: scene.maxBytes ?? 1_000_000 }
  const result = await fetchPackage(
    { http, files, clock, random: new SeededRandom(1), log: silent },
    wanted,
    defaultLimits,
    (...told) => void progress.push(told),
    go,
  ).catch((failed: unknown) => ({ failed }))
  return {
    result: typeof result === 'object' ? codeOf(result) : result,
    asked: http.calls.map(({ headers = {} }) => startOf({ headers })),
    headers: http.calls.at(-1)?.headers,
    told: progress.at(-1),
    held: (await files.facts(path)) && sha256Of(files.peek(path)),
  }
}

describe('fetchPackage()', () => {
  it('brings the whole package over an older one, without header fields of ours, and tells its size', async () => {
    const files = new FakeFiles()
    files.put(path, 'an older package')
    const outcome = await fetching(objectServer(archive), { files })
    const told = [archive.length, archive.length]
    expect(outcome).toEqual({ result: archive.length, asked: [undefined], headers: {}, told, held: right })
  })

  it('takes a body of unknown length to its end', async () => {
    expect(await fetching(async () => chunked(archive))).toMatchObject({
      result: archive.length,
      told: [archive.length, null],
      held: right,
    })
  })

  it('goes on after a cut under the same strong ETag', async () => {
    const server = objectServer(archive, '"one"')
    const outcome = await fetching(inTurn(cutAfter(server, 1234), server))
    expect(outcome).toMatchObject({ result: archive.length, asked: [undefined, 1234], held: right })
    expect(outcome.headers).toEqual({ range: 'bytes=1234-', 'if-range': '"one"' })
  })

  it('starts over after a cut when the package has changed meanwhile', async () => {
    const older = cutAfter(objectServer(archive.toReversed(), '"one"'), 1234)
    const outcome = await fetching(inTurn(older, objectServer(archive, '"two"')))
    expect(outcome).toMatchObject({ result: archive.length, asked: [undefined, 1234], held: right })
  })

  it('starts over after a cut without an ETag, because nothing would tell a mixture', async () => {
    const outcome = await fetching(inTurn(cutAfter(objectServer(archive), 1234), objectServer(archive)))
    expect(outcome).toMatchObject({ result: archive.length, asked: [undefined, undefined], held: right })
  })

  const refusals: [string, string, HttpHandler, Scene?][] = [
    ['an address without a package', 'server_refused', async () => ({ status: 404 })],
    ['more than the maximum', 'download_too_long', objectServer(archive), { maxBytes: archive.length - 1 }],
    [
      'a body that is found to exceed the maximum',
      'download_too_long',
      async () => chunked(archive),
      { maxBytes: 5000 },
    ],
    ['an endless body', 'download_too_long', async () => chunked(archive), { fault: 'endless' }],
    ['what does not fit', 'no_space', objectServer(archive), { files: new FakeFiles({ capacity: 5000 }) }],
    ['an endless body on a small disk', 'no_space', async () => chunked(archive), small()],
    ['less than was announced', 'download_too_short', short()],
    ['silence', 'download_timeout', () => new Promise(() => undefined)],
    ['1 byte per second', 'download_stalled', objectServer(archive), { fault: { drip: 1, everyMs: 1000 } }],
    ['a server that is not there', 'server_unreachable', objectServer(archive), { fault: 'refuse' }],
  ]
  function small(): Scene {
    return { files: new FakeFiles({ capacity: 100_000 }), fault: 'endless' }
  }
  function short(): HttpHandler {
    return async () => ({ status: 200, headers: { 'content-length': '10' }, body: 'short' })
  }

  for (const [name, code, handler, scene] of refusals) {
    it(`refuses ${name}: ${code}, and leaves no file`, async () => {
      expect(await fetching(handler, scene)).toMatchObject({ result: code, held: undefined })
    })
  }
})
