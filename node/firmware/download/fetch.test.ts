import { HttpError, type HttpHandler } from '@windlass/platform'
import { FakeFiles, type FakeHttp } from '@windlass/platform/fakes'
import { sha256Of } from '@windlass/trust'
import { describe, expect, it } from 'vitest'
import { chunked, cutAfter, inTurn, objectServer, partial, startOf } from './fake-object-server.ts'
import { codeOf, fetching, type Outcome, object, other, path, type Scene } from './fetch-scene.ts'
import { defaultLimits } from './limits.ts'

function ended(outcome: Outcome, asked: (number | undefined)[]): void {
  expect(outcome.failed).toBeUndefined()
  expect(outcome.asked).toEqual(asked)
  expect(sha256Of(outcome.held ?? '')).toBe(sha256Of(object))
}

describe('fetchObject() brings the object', () => {
  it('whole, with the headers it was given and no Range', async () => {
    const outcome = await fetching(objectServer(object))
    ended(outcome, [undefined])
    expect(outcome.http.calls[0]?.headers).toEqual({ 'User-Agent': 'updatehub/2.0 Linux' })
    expect(outcome.progress.at(0)).toBe(0)
    expect(outcome.progress.at(-1)).toBe(object.length)
  })

  it('B11 without a request when the file is complete and right', async () => {
    ended(await fetching(objectServer(object), { held: object }), [])
  })

  it('B12 from the very byte after those that are there', async () => {
    const outcome = await fetching(objectServer(object), { held: object.subarray(0, 4) })
    ended(outcome, [4])
    expect(outcome.http.calls[0]?.headers).toMatchObject({ range: 'bytes=4-' })
    expect(outcome.progress[0]).toBe(4)
  })

  it('B13 whole and without Range when what is there is complete but wrong', async () => {
    ended(await fetching(objectServer(object), { held: other }), [undefined])
  })

  it('whole when there is more than the object has', async () => {
    ended(await fetching(objectServer(object), { held: new Uint8Array(object.length + 1) }), [undefined])
  })

  it('over again, once, when the bytes of an earlier run turn out wrong', async () => {
    ended(await fetching(objectServer(object), { held: other.subarray(0, 1000) }), [1000, undefined])
  })

  it('of no bytes without a request', async () => {
    const outcome = await fetching(objectServer(object), { size: 0, digestOf: new Uint8Array() })
    expect([outcome.failed, outcome.asked, outcome.held]).toEqual([undefined, [], new Uint8Array()])
  })

  it('through a redirect that leads to another server', async () => {
    const moved: HttpHandler = async () => ({ status: 302, headers: { location: 'http://cdn.test/x' } })
    const fault = (http: FakeHttp) => http.route('http://cdn.test', objectServer(object))
    ended(await fetching(moved, { held: object.subarray(0, 10), fault }), [10, 10])
  })

  it('when the length is not announced', async () => {
    ended(await fetching(async () => chunked(object)), [undefined])
  })
})

describe('W1 fetchObject() starts over', () => {
  const held = object.subarray(0, 50_000)

  it('within the same answer when a range is answered with 200', async () => {
    ended(await fetching(async () => ({ status: 200, body: object }), { held }), [50_000])
  })

  it('within the same answer when a range is answered with 206 from byte 0', async () => {
    ended(await fetching(async () => partial(object, 0), { held }), [50_000])
  })

  for (const from of [49_999, 50_001]) {
    it(`without Range when a range from 50000 is answered with 206 from ${from}`, async () => {
      ended(
        await fetching(
          inTurn(async () => partial(object, from), objectServer(object)),
          { held },
        ),
        [50_000, undefined],
      )
    })
  }

  it('without Range when a 206 does not say which bytes it carries', async () => {
    const bare: HttpHandler = async () => ({ status: 206, body: object.subarray(50_000) })
    ended(await fetching(inTurn(bare, objectServer(object)), { held }), [50_000, undefined])
  })

  it('without Range after 416', async () => {
    ended(
      await fetching(
        inTurn(async () => ({ status: 416 }), objectServer(object)),
        { held },
      ),
      [50_000, undefined],
    )
  })

  it('without Range when the rest comes under a 200, as from the community server (6.2)', async () => {
    const rest: HttpHandler = async (request) => chunked(object.subarray(startOf(request) ?? 0))
    ended(await fetching(rest, { held }), [50_000, undefined])
    const announced: HttpHandler = async (request) => ({ status: 200, body: object.subarray(startOf(request) ?? 0) })
    ended(await fetching(announced, { held }), [50_000, undefined])
  })
})

/** Of a pause at least half counts, the rest is left to chance. */
function expectPause({ seconds }: { seconds: number }, whole: number): void {
  expect(seconds).toBeGreaterThanOrEqual(whole / 2)
  expect(seconds).toBeLessThanOrEqual(whole)
}

describe('W14 fetchObject() goes on after an interruption', () => {
  const server = objectServer(object)

  it('from the very byte where the connection was cut, after a pause', async () => {
    const outcome = await fetching(inTurn(cutAfter(server, 70_001), cutAfter(server, 3), server))
    ended(outcome, [undefined, 70_001, 70_004])
    expectPause(outcome, 1 + 2)
  })

  it('when the server is gone for a minute', async () => {
    const outcome = await fetching(server, { fault: (http) => http.fault('http://fleet.test', 'refuse', 6) })
    ended(
      outcome,
      Array.from({ length: 7 }, () => undefined),
    )
    expectPause(outcome, 1 + 2 + 4 + 8 + 16 + 32)
  })

  it('each device after a pause of its own, so that a fleet does not come back at one moment', async () => {
    const fault = (http: FakeHttp) => http.fault('http://fleet.test', 'refuse', 6)
    const pauses = await Promise.all(
      [1, 2, 3, 4].map(async (seed) => (await fetching(server, { fault, seed })).seconds),
    )
    expect(new Set(pauses).size).toBe(4)
  })

  it('when the server says that it is overloaded', async () => {
    ended(await fetching(inTurn(async () => ({ status: 503 }), server)), [undefined, undefined])
  })

  it('after a silence', async () => {
    const mute: HttpHandler = () => new Promise(() => undefined)
    const outcome = await fetching(inTurn(mute, server))
    ended(outcome, [undefined, undefined])
    expectPause({ seconds: outcome.seconds - defaultLimits.idleTimeoutMs / 1000 }, 1)
  })

  it('without limit while there is progress', async () => {
    const step = defaultLimits.progressBytes
    const large = new Uint8Array(step * 40).fill(7)
    const outcome = await fetching(cutAfter(objectServer(large), step), { size: large.length, digestOf: large })
    expect([outcome.failed, outcome.asked.length]).toEqual([undefined, 40])
  })

  it('and is obeyed at once when told to stop, keeping what came', async () => {
    const order = new AbortController()
    const onProgress = (held: number) => held > 100_000 && order.abort(new Error('told to'))
    const outcome = await fetching(server, { stop: order.signal, onProgress: (held) => void onProgress(held) })
    expect(outcome.failed).toEqual(new Error('told to'))
    expect(outcome.held).toEqual(object.subarray(0, outcome.progress.at(-1)))
  })

  it('and is obeyed at once when told to stop during a pause', async () => {
    const order = new AbortController()
    const gone: HttpHandler = async () => {
      order.abort(new Error('told to'))
      throw new HttpError('cut', 'gone')
    }
    const outcome = await fetching(inTurn(gone), { stop: order.signal })
    expect([outcome.failed, outcome.seconds]).toEqual([new Error('told to'), 0])
  })
})

describe('fetchObject() names the ETag of the first answer', () => {
  it('so that a server without the change goes on', async () => {
    const server = objectServer(object, '"one"')
    const outcome = await fetching(inTurn(cutAfter(server, 70_000), server))
    ended(outcome, [undefined, 70_000])
    expect(outcome.http.calls[1]?.headers).toMatchObject({ 'if-range': '"one"' })
  })

  it('but not a weak one', async () => {
    const server = objectServer(object, 'W/"one"')
    const outcome = await fetching(inTurn(cutAfter(server, 70_000), server))
    ended(outcome, [undefined, 70_000])
    expect(outcome.http.calls[1]?.headers).not.toHaveProperty('if-range')
  })

  it('once: servers that disagree about the ETag of the same content cost one start from the beginning', async () => {
    const [one, two] = [objectServer(object, '"one"'), objectServer(object, '"two"')]
    const turns = [cutAfter(one, 70_000), cutAfter(two, 80_000), cutAfter(one, 10_000), two] as const
    ended(await fetching(inTurn(...turns)), [undefined, 70_000, 80_000, 90_000])
  })

  it('and says that the object changed when the new one is not what was wanted', async () => {
    const turns = [cutAfter(objectServer(object, '"one"'), 70_000), objectServer(other, '"two"')] as const
    const outcome = await fetching(inTurn(...turns))
    expect([codeOf(outcome), outcome.held]).toEqual(['download_changed', undefined])
  })

  it('and does not mix two objects when the server ignores If-Range', async () => {
    const deaf: HttpHandler = async (request) => partial(object, startOf(request) ?? 0, { etag: '"two"' })
    const outcome = await fetching(inTurn(cutAfter(objectServer(other, '"one"'), 70_000), deaf))
    ended(outcome, [undefined, 70_000, undefined])
  })
})

describe('fetchObject() refuses', () => {
  const refusals: [string, string, HttpHandler, Scene?][] = [
    ['B8 an object that is not there', 'server_refused', async () => ({ status: 404, body: 'no' })],
    ['a server that fails', 'server_refused', async () => ({ status: 500 })],
    ['a server that is always overloaded', 'server_refused', async () => ({ status: 503 })],
    ['another success than 200', 'server_refused', async () => ({ status: 204 })],
    ['416 to a request of the whole', 'server_refused', async () => ({ status: 416 })],
    ['206 to a request of the whole', 'server_refused', async () => partial(object, 5)],
    ['a redirect that never ends', 'server_refused', async () => ({ status: 301, headers: { location: '/again' } })],
    ['a length that is announced too long', 'download_too_long', objectServer(new Uint8Array(object.length + 1))],
    ['a length that is announced too short', 'download_too_short', objectServer(object.subarray(1))],
    [
      'a range of something longer',
      'download_too_long',
      objectServer(new Uint8Array(object.length + 1)),
      { held: object.subarray(0, 10) },
    ],
    ['a body that ends too early', 'download_too_short', async () => chunked(object.subarray(0, 500))],
    ['wrong bytes', 'object_mismatch', objectServer(other)],
    ['a server that is not there', 'server_unreachable', objectServer(object), { fault: faulty('refuse') }],
    ['a server that is silent', 'download_timeout', () => new Promise(() => undefined)],
    ['a server that cuts each time', 'server_unreachable', cutAfter(objectServer(object), 0)],
    ['an endless body', 'download_too_long', async () => chunked(object), { fault: faulty('endless') }],
    ['1 byte per second', 'download_stalled', objectServer(object), { fault: faulty({ drip: 1, everyMs: 1000 }) }],
  ]
  function faulty(fault: Parameters<FakeHttp['fault']>[1]): (http: FakeHttp) => void {
    return (http) => http.fault('http://fleet.test', fault)
  }

  for (const [name, code, handler, scene] of refusals) {
    it(`${name}: ${code}`, async () => {
      const outcome = await fetching(handler, scene)
      expect(codeOf(outcome)).toBe(code)
      expect(outcome.seconds).toBeLessThan(600)
    })
  }

  it('a length announced wrong before a byte is written', async () => {
    for (const wrong of [object.subarray(1), new Uint8Array(object.length + 1)]) {
      const { files } = await fetching(objectServer(wrong))
      expect(files.operations.filter(({ op }) => op === 'write')).toEqual([])
    }
  })

  it('an endless body at the first byte too many, and removes what came', async () => {
    const fault = (http: FakeHttp) => http.fault('http://fleet.test', 'endless')
    const outcome = await fetching(async () => chunked(object), { fault })
    expect(Math.max(...outcome.progress)).toBeLessThanOrEqual(object.length)
    expect(outcome.held).toBeUndefined()
  })

  it('wrong bytes, and removes them', async () => {
    expect((await fetching(objectServer(other))).held).toBeUndefined()
  })

  it('1 byte per second within two windows, and keeps what came', async () => {
    const fault = (http: FakeHttp) => http.fault('http://fleet.test', { drip: 1, everyMs: 1000 })
    const outcome = await fetching(objectServer(object), { fault })
    expect(outcome.seconds).toBe(60)
    expect(outcome.held).toEqual(object.subarray(0, 59))
  })

  it('1 byte per second also from a server that cuts before the window ends', async () => {
    const sly = cutAfter(objectServer(object), 40)
    const fault = (http: FakeHttp) => http.fault('http://fleet.test', { drip: 1, everyMs: 1000 })
    expect(codeOf(await fetching(sly, { fault }))).toBe('download_stalled')
  })

  it('but not a slow server', async () => {
    const fault = (http: FakeHttp) => http.fault('http://fleet.test', { drip: 1100, everyMs: 1000 })
    ended(await fetching(objectServer(object), { fault }), [undefined])
  })

  it('what does not fit, before it asks', async () => {
    const files = new FakeFiles({ capacity: object.length - 1 })
    const outcome = await fetching(objectServer(object), { files })
    expect([codeOf(outcome), outcome.asked]).toEqual(['no_space', []])
  })

  it('only what is still to come has to fit', async () => {
    const files = new FakeFiles({ capacity: object.length })
    ended(await fetching(objectServer(object), { files, held: object.subarray(0, 1000) }), [1000])
  })

  it('a disk that fills up meanwhile, and keeps what came', async () => {
    const files = new FakeFiles()
    const onProgress = (held: number) => void (held > 100_000 && files.failNext('write', 'ENOSPC', path))
    const outcome = await fetching(objectServer(object), { files, onProgress })
    expect(codeOf(outcome)).toBe('no_space')
    expect(outcome.held?.length).toBeGreaterThan(100_000)
  })
})

describe('fetchObject() and the disk', () => {
  it('syncs every so many bytes, and the file and its name in the end', async () => {
    const { files } = await fetching(objectServer(object), { limits: { syncEveryBytes: 70_000 } })
    const syncs = files.operations.filter(({ op }) => op === 'sync').map((operation) => operation.path)
    expect(syncs.slice(-3)).toEqual([path, path, '/data/download'])
  })

  it('reads what an earlier run left once, however often it is cut', async () => {
    const server = objectServer(object)
    const turns = [cutAfter(server, 1000), cutAfter(server, 1000), server] as const
    const { files } = await fetching(inTurn(...turns), { held: object.subarray(0, 50_000) })
    const reads = files.operations.filter(({ op, at }) => op === 'read' && at === 0)
    expect(reads).toHaveLength(1)
  })
})
