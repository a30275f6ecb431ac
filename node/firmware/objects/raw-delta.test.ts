import type { RawDeltaObject } from '@windlass/model'
import { FakeClock, FakeHttp, SeededRandom } from '@windlass/platform/fakes'
import { sha256Of } from '@windlass/trust'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../download/limits.ts'
import { rangesOf } from '../download/ranges.ts'
import { fixture, fixtureImage, makeArchive } from './delta/delta-fixture.ts'
import { headerSize } from './delta/header.ts'
import { equalBytes, fakePorts, never, noProgress, placedAt, rawDeltaObject, someBytes } from './objects-fixture.ts'
import type { Payload } from './port.ts'
import { rawDelta } from './raw-delta.ts'

const KiB = 1024
const image = fixtureImage()

type Ports = ReturnType<typeof fakePorts>

function withDevice(old: Uint8Array, archive: Uint8Array, other: Partial<RawDeltaObject> = {}, size = 128 * KiB) {
  const ports = fakePorts()
  ports.files.addDevice('/dev/slot', size, old)
  return { ports, payload: placedAt(ports.files, archive), object: rawDeltaObject(archive, other) }
}

function install(object: RawDeltaObject, payload: Payload, ports: Ports) {
  return rawDelta.install(object, payload, ports, noProgress, never)
}

const start = (ports: Ports, bytes: Uint8Array, path = '/dev/slot') => ports.files.peek(path).subarray(0, bytes.length)
const written = (ports: Ports) =>
  ports.files.operations.filter(({ op, path }) => op === 'write' && path === '/dev/slot')
const writtenBytes = (ports: Ports) => written(ports).reduce((sum, { bytes = 0 }) => sum + bytes, 0)

/** The archive at a server with ranges; `taken` counts the bytes that left it. */
function served(archive: Uint8Array, ports: Ports, seed?: string) {
  const clock = new FakeClock({ auto: true })
  const server = { bytes: archive, taken: 0 }
  const http = new FakeHttp(
    {
      'http://fleet.test': async ({ headers }) => {
        const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '') ?? []
        if (first === undefined) return { status: 200, body: server.bytes }
        const body = server.bytes.subarray(Number(first), Number(last) + 1)
        server.taken += body.length
        const range = `bytes ${first}-${Number(first) + body.length - 1}/${server.bytes.length}`
        return { status: 206, headers: { 'content-range': range }, body }
      },
    },
    clock,
  )
  const remote = rangesOf(
    { http, clock, random: new SeededRandom(1), log: ports.log },
    { url: 'http://fleet.test/object', size: archive.length },
    defaultLimits,
  )
  const payload: Payload = {
    path: '/nowhere',
    at: 0,
    size: archive.length,
    remote,
    ...(seed !== undefined && { seed }),
  }
  const object = rawDeltaObject(archive, { headerSha256: sha256Of(archive.subarray(0, headerSize(archive))) })
  return { payload, object, server, http }
}

describe('raw-delta from a file', () => {
  it.each(['rollsum-brotli', 'rollsum-zstd', 'fixed-brotli', 'buzhash-brotli'] as const)(
    'makes the image of an archive made by the real tool: %s',
    async (name) => {
      const { ports, payload, object } = withDevice(someBytes(100_000, 9), fixture(name))
      expect(await install(object, payload, ports)).toBe('installed')
      expect(equalBytes(start(ports, image), image)).toBe(true)
      expect(
        equalBytes(
          ports.files.peek('/dev/slot').subarray(image.length, 100_000),
          someBytes(100_000, 9).subarray(image.length),
        ),
      ).toBe(true)
    },
  )

  it('writes only what the target has not, and nothing the second time', async () => {
    const old = Buffer.from(image)
    old.fill(1, 30_000, 30_010)
    const { ports, payload, object } = withDevice(old, fixture('rollsum-brotli'))
    await install(object, payload, ports)
    expect(equalBytes(start(ports, image), image)).toBe(true)
    expect(writtenBytes(ports)).toBeLessThanOrEqual(8 * KiB)
    const before = written(ports).length
    await install(object, payload, ports)
    expect(written(ports)).toHaveLength(before)
  })

  it('puts the image at byte `seek` and leaves what is before', async () => {
    const { ports, payload, object } = withDevice(someBytes(5000, 9), fixture('rollsum-brotli'), { seek: 5000 })
    await install(object, payload, ports)
    const expected = Buffer.concat([someBytes(5000, 9), image])
    expect(equalBytes(start(ports, expected), expected)).toBe(true)
  })

  it('ends a longer file where the image ends', async () => {
    const { ports, payload, object } = withDevice(new Uint8Array(), fixture('rollsum-brotli'), { target: '/target' })
    ports.files.put('/target', someBytes(100_000, 9))
    await install(object, payload, ports)
    expect(equalBytes(ports.files.peek('/target'), image)).toBe(true)
  })

  it('is on the disk when it returns, also after a power cut at any moment before', async () => {
    for (let cut = 1; cut < 30; cut += 4) {
      const { ports, payload, object } = withDevice(someBytes(100_000, 9), fixture('rollsum-brotli'))
      ports.files.cutPowerAfter(cut)
      await install(object, payload, ports).catch(() => undefined)
      ports.files.crash()
      await install(object, payload, ports)
      ports.files.crash()
      expect(equalBytes(start(ports, image), image)).toBe(true)
    }
  })

  it('makes any image over any other with any seed', async () => {
    const parts = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 700 })), { maxLength: 6 })
    const bytes = parts.map((all) => Buffer.concat(all.map(([seed, size]) => someBytes(size, seed))))
    await fc.assert(
      fc.asyncProperty(bytes, bytes, bytes, fc.integer({ min: 1, max: 300 }), async (next, old, other, cutEvery) => {
        const { ports, payload, object } = withDevice(old, makeArchive(next, { cutEvery }), {}, 8 * KiB)
        ports.files.put('/dev/other', other)
        await install(object, { ...payload, seed: '/dev/other' }, ports)
        expect(equalBytes(start(ports, next), next)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('refuses an archive that changed since it was verified before it writes anything', async () => {
    const archive = fixture('rollsum-brotli')
    const { ports, payload, object } = withDevice(image.subarray(9), archive)
    const changed = { ...object, sha256sum: sha256Of('other') }
    await expect(install(changed, payload, ports)).rejects.toMatchObject({ code: 'object_mismatch' })
    expect(written(ports)).toEqual([])
  })

  it('D20 refuses an image that does not fit before it writes anything', async () => {
    const { ports, payload, object } = withDevice(new Uint8Array(), fixture('rollsum-brotli'), {}, 64 * KiB)
    await expect(install(object, payload, ports)).rejects.toMatchObject({ code: 'no_space' })
    expect(written(ports)).toEqual([])
  })
})

describe('raw-delta from a server', () => {
  it('S9 takes from the archive only what neither the target nor the running set has, wherever it lies there', async () => {
    const archive = fixture('rollsum-brotli')
    const { ports } = withDevice(new Uint8Array(), archive)
    const running = Buffer.concat([image.subarray(30_000), someBytes(500, 5), image.subarray(0, 6000)])
    ports.files.addDevice('/dev/running', 128 * KiB, running)
    const { object, payload, server } = served(archive, ports, '/dev/running')
    await install(object, payload, ports)
    expect(equalBytes(start(ports, image), image)).toBe(true)
    const header = headerSize(archive)
    expect(server.taken).toBeGreaterThan(header)
    expect(server.taken - header).toBeLessThan((archive.length - header) / 2)
  })

  it('finds chunks in their old places where the archive was cut in a way it cannot repeat', async () => {
    const archive = fixture('buzhash-brotli')
    const { ports } = withDevice(new Uint8Array(), archive)
    const running = Buffer.from(image)
    running.fill(7, 3000, 3010)
    ports.files.addDevice('/dev/running', 128 * KiB, running)
    const { object, payload, server } = served(archive, ports, '/dev/running')
    await install(object, payload, ports)
    expect(equalBytes(start(ports, image), image)).toBe(true)
    expect(server.taken).toBeLessThan(archive.length * 0.75)
  })

  it('needs nothing but the header where everything is there', async () => {
    const archive = fixture('rollsum-brotli')
    const { ports } = withDevice(image, archive)
    const { object, payload, server } = served(archive, ports)
    await install(object, payload, ports)
    expect(server.taken).toBe(headerSize(archive))
    expect(written(ports)).toEqual([])
  })

  it('refuses a header that the signed metadata does not name, before it writes anything', async () => {
    const archive = fixture('rollsum-brotli')
    const { ports } = withDevice(new Uint8Array(), archive)
    const { object, payload, server } = served(archive, ports)
    const other = makeArchive(someBytes(image.length, 66))
    server.bytes = Buffer.concat([other, new Uint8Array(archive.length)]).subarray(0, archive.length)
    await expect(install(object, payload, ports)).rejects.toMatchObject({ code: 'object_mismatch' })
    expect(written(ports)).toEqual([])
  })

  it('refuses chunks that are not what the header says', async () => {
    const archive = makeArchive(someBytes(60_000))
    const { ports } = withDevice(new Uint8Array(), archive)
    const { object, payload, server } = served(archive, ports)
    server.bytes = Buffer.from(archive)
    server.bytes[archive.length - 5000] = (archive[archive.length - 5000] ?? 0) ^ 1
    await expect(install(object, payload, ports)).rejects.toMatchObject({ code: 'object_mismatch' })
  })

  it('takes a chunk from the archive when the running set changed after it was found there', async () => {
    const archive = fixture('rollsum-brotli')
    const { ports } = withDevice(new Uint8Array(), archive)
    ports.files.addDevice('/dev/running', 128 * KiB, image)
    const { object, payload } = served(archive, ports, '/dev/running')
    const { files } = ports
    let reads = 0
    const open = files.open.bind(files)
    files.open = async (path, as) => {
      const file = await open(path, as)
      if (path !== '/dev/running') return file
      const read: typeof file.read = async (into, at) => {
        const came = await file.read(into, at)
        reads += 1
        if (reads > 3) into.fill(0xaa, 0, came)
        return came
      }
      return { ...file, read }
    }
    await install(object, payload, ports)
    expect(reads).toBeGreaterThan(3)
    expect(equalBytes(start(ports, image), image)).toBe(true)
  })

  it('goes on from the right byte after interruptions', async () => {
    const archive = fixture('rollsum-brotli')
    const { ports } = withDevice(new Uint8Array(), archive)
    const { object, payload, http } = served(archive, ports)
    http.fault('http://fleet.test', { cutAfter: 2500 })
    await install(object, payload, ports)
    expect(equalBytes(start(ports, image), image)).toBe(true)
  })

  it('gives up on a server that is gone, and on one without ranges', async () => {
    const archive = fixture('rollsum-brotli')
    const { ports } = withDevice(new Uint8Array(), archive)
    const gone = served(archive, ports)
    gone.http.fault('http://fleet.test', 'refuse')
    await expect(install(gone.object, gone.payload, ports)).rejects.toMatchObject({ code: 'server_unreachable' })
    const without = served(archive, ports)
    without.http.route('http://fleet.test', async () => ({ status: 200, body: archive }))
    await expect(install(without.object, without.payload, ports)).rejects.toMatchObject({ code: 'server_refused' })
    expect(written(ports)).toEqual([])
  })
})

describe('the requirement check of raw-delta', () => {
  it('D18 D19 wants a device that is there and may be written', async () => {
    const { ports, object } = withDevice(new Uint8Array(), fixture('rollsum-brotli'))
    await expect(rawDelta.check(object, ports)).resolves.toBeUndefined()
    for (const other of [{ target: '/dev/absent' }, { targetType: 'mtdname' as const }, { target: 'ubi0:rootfs' }]) {
      await expect(rawDelta.check({ ...object, ...other }, ports)).rejects.toMatchObject({ code: 'target_invalid' })
    }
  })
})
