import { createLog } from '@windlass/platform'
import { FakeClock, FakeFiles, FakeHttp, SeededRandom } from '@windlass/platform/fakes'
import { sha256Of } from '@windlass/trust'
import { describe, expect, it } from 'vitest'
import { BlobStore } from './blob-store.ts'
import { FakeLayers } from './fake-layers.ts'
import { memoryImageRecords } from './image-records.ts'
import { ImageStore } from './image-store.ts'
import { SampleUnit } from './sample-images.ts'

const never = new AbortController().signal
const day = 24 * 3_600_000

/** A node's store beside a unit; `again` is the same store after a restart. */
function scene() {
  const unit = new SampleUnit()
  const clock = new FakeClock({ auto: true })
  const files = new FakeFiles()
  const http = new FakeHttp({ 'http://unit.test': unit.serve }, clock)
  const layers = new FakeLayers()
  const records = memoryImageRecords()
  const time = { ms: () => clock.uptime() }
  const log = createLog([], () => clock.now())
  const random = new SeededRandom(1)
  const blobs = () => new BlobStore({ files, http, clock, random }, '/images/blobs/sha256')
  const make = () =>
    new ImageStore({ blobs: blobs(), layers, records, askUrls: unit.askUrls, files, clock, time, log }, '/images')
  const again = async () => {
    const store = make()
    await store.load()
    return store
  }
  return { unit, clock, time, files, http, layers, records, blobs: blobs(), store: make(), again }
}

describe('an image', () => {
  it('is fetched whole and can be opened', async () => {
    const { unit, store, layers } = scene()
    const order = unit.order('web')
    await store.load()
    await store.fetch(order, never)
    expect([...store.ready()]).toEqual([order.manifestDigest])
    const image = await store.open(order.manifestDigest)
    expect(image.config.env).toEqual(['ITEM=web'])
    expect(image.layers).toEqual([...layers.unpacked.keys()].map((diffId) => `/layers/${diffId}`))
  })

  it('is known after a restart, and fetched again only if a part of it is missing', async () => {
    const { unit, store, again, blobs, layers } = scene()
    const order = unit.order('web')
    await store.load()
    await store.fetch(order, never)
    expect([...(await again()).ready()]).toEqual([order.manifestDigest])
    layers.unpacked.clear()
    const later = await again()
    expect([...later.ready()]).toEqual([])
    unit.asked.length = 0
    await later.fetch(order, never)
    expect(unit.asked).toHaveLength(1)
    await blobs.remove(order.manifestDigest)
    expect([...(await again()).ready()]).toEqual([])
  })

  it('that the disk changed is not trusted', async () => {
    const { unit, store, again, files, blobs } = scene()
    const order = unit.order('web')
    await store.load()
    await store.fetch(order, never)
    await files.replace(blobs.path(order.manifestDigest), 'other bytes')
    const later = await again()
    expect([...later.ready()]).toEqual([])
    await later.fetch(order, never)
    expect([...later.ready()]).toEqual([order.manifestDigest])
  })

  it('of which the disk changed a part before it was whole is fetched with that part anew', async () => {
    const { unit, store, files, blobs } = scene()
    const order = unit.order('web')
    await store.load()
    await store.fetch(order, never)
    files.rot(blobs.path(order.manifestDigest), 1)
    unit.asked.length = 0
    await store.fetch(order, never)
    expect(unit.asked).toEqual([order.manifestDigest])
    expect((await store.open(order.manifestDigest)).config.env).toEqual(['ITEM=web'])
  })

  it('in doubt is looked at before the next start, and fetched again where the disk changed a layer', async () => {
    const { unit, store, layers } = scene()
    const order = unit.order('web')
    await store.load()
    await store.fetch(order, never)
    const [diffId = ''] = layers.unpacked.keys()
    layers.rotten.add(diffId)
    await store.checkDoubted(order.manifestDigest)
    store.doubt(order.manifestDigest)
    const asked = await Promise.allSettled([1, 2].map(() => store.checkDoubted(order.manifestDigest)))
    const reason = {
      code: 'unreachable',
      message: `${diffId}: the disk did not keep this layer, it has to be fetched again`,
    }
    expect(asked).toMatchObject([{ reason }, { reason }])
    expect([[...store.ready()], [...layers.unpacked.keys()]]).toEqual([[], []])
    await store.fetch(order, never)
    await store.checkDoubted(order.manifestDigest)
    expect([[...store.ready()], [...layers.unpacked.keys()]]).toEqual([[order.manifestDigest], [diffId]])
  })

  it('in doubt is looked at once in an hour', async () => {
    const { unit, store, layers, clock } = scene()
    const order = unit.order('web')
    await store.load()
    await store.fetch(order, never)
    store.doubt(order.manifestDigest)
    await store.checkDoubted(order.manifestDigest)
    const [diffId = ''] = layers.unpacked.keys()
    layers.rotten.add(diffId)
    store.doubt(order.manifestDigest)
    await store.checkDoubted(order.manifestDigest)
    await clock.advance(3_600_000)
    store.doubt(order.manifestDigest)
    await expect(store.checkDoubted(order.manifestDigest)).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('whose layers are shared is fetched without them', async () => {
    const { unit, store } = scene()
    const layer = { bytes: new TextEncoder().encode('shared') }
    const one = { ...unit.order('one'), manifestDigest: unit.add([layer], { env: ['A=1'] }) }
    const two = { ...unit.order('two'), manifestDigest: unit.add([layer], { env: ['A=2'] }) }
    await store.load()
    await Promise.all([store.fetch(one, never), store.fetch(two, never)])
    expect(unit.asked.filter((digest) => unit.blobs.get(digest)?.length === 6)).toHaveLength(1)
  })

  it('that is not what its digest says fails with a checksum error, and nothing of it is kept', async () => {
    const { unit, store, blobs } = scene()
    const order = unit.order('web')
    unit.blobs.set(order.manifestDigest, new TextEncoder().encode('forged'))
    await store.load()
    await expect(store.fetch(order, never)).rejects.toMatchObject({ code: 'checksum' })
    expect(await blobs.list()).toEqual([])
  })

  it('with a layer of an unknown kind is refused by name', async () => {
    const { unit, store } = scene()
    const manifestDigest = unit.add([{ bytes: new Uint8Array(3), mediaType: 'application/x-thing' }])
    await store.load()
    await expect(store.fetch({ ...unit.order('web'), manifestDigest }, never)).rejects.toMatchObject({
      code: 'unsupported',
      message: 'unsupported layer media type "application/x-thing"',
    })
  })

  it('whose server is gone is unreachable after a few tries', async () => {
    const { unit, store, http } = scene()
    http.fault('http://unit.test', 'refuse')
    await store.load()
    await expect(store.fetch(unit.order('web'), never)).rejects.toMatchObject({ code: 'unreachable' })
    expect(http.calls).toHaveLength(4)
  })
})

describe('a fetch that is cut', () => {
  it('goes on where it was', async () => {
    const { unit, http, blobs, files } = scene()
    const bytes = new Uint8Array(10_000).fill(7)
    unit.add([{ bytes }])
    const digest = `sha256:${sha256Of(bytes)}`
    const [url = ''] = await unit.askUrls([digest], never)
    http.fault('http://unit.test', { cutAfter: 4000 }, 2)
    await blobs.fetch(digest, url, bytes.length, never)
    expect(http.calls.map(({ headers }) => headers?.['range'])).toEqual([undefined, 'bytes=4000-', 'bytes=8000-'])
    expect((await files.facts(blobs.path(digest)))?.size).toBe(10_000)
  })

  it('obeys a newer order at once', async () => {
    const { unit, store, http } = scene()
    http.fault('http://unit.test', 'refuse')
    const stop = new AbortController()
    await store.load()
    const work = store.fetch(unit.order('web'), stop.signal)
    stop.abort(new Error('newer'))
    await expect(work).rejects.toThrow('newer')
  })
})

describe('keeping', () => {
  it('keeps two versions of an item; with a third the oldest unused one goes (I24)', async () => {
    const { unit, store, clock } = scene()
    await store.load()
    const versions = ['1', '2', '3'].map((version) => unit.order('web', version))
    for (const order of versions) {
      await store.fetch(order, never)
      await store.use(new Set([order.manifestDigest]))
      await clock.advance(1000)
    }
    expect([...store.ready()]).toEqual(versions.slice(1).map(({ manifestDigest }) => manifestDigest))
  })

  it('of more images than the maximum, the longest unused one goes (I25)', async () => {
    const { unit, clock, time, records, blobs, layers, files } = scene()
    const log = createLog([], () => clock.now())
    const keeping = { versionsPerItem: 2, images: 2, ttlMs: day }
    const store = new ImageStore(
      { blobs, layers, records, askUrls: unit.askUrls, files, clock, time, log },
      '/images',
      keeping,
    )
    await store.load()
    const orders = ['a', 'b', 'c'].map((item) => unit.order(item))
    for (const order of orders) {
      await store.fetch(order, never)
      await store.use(new Set([order.manifestDigest]))
      await clock.advance(1000)
    }
    expect([...store.ready()]).toEqual(orders.slice(1).map(({ manifestDigest }) => manifestDigest))
    expect(layers.unpacked.size).toBe(2)
  })

  it('an unused image is kept for its time and then removed, layers and all', async () => {
    const { unit, store, clock, layers, blobs } = scene()
    const order = unit.order('web')
    await store.load()
    await store.fetch(order, never)
    await store.use(new Set())
    clock.jump(3650 * day)
    await clock.advance(29 * day)
    await store.use(new Set())
    expect(store.ready().size).toBe(1)
    clock.jump(-7300 * day)
    await clock.advance(2 * day)
    await store.use(new Set())
    expect(store.ready().size).toBe(0)
    expect(layers.unpacked.size).toBe(0)
    expect(await blobs.list()).toEqual([])
  })

  it('gives up unused images, the oldest first, when there is no room', async () => {
    const { unit, store, clock, files } = scene()
    await store.load()
    const [old, newer] = [unit.order('old'), unit.order('newer')]
    for (const order of [old, newer]) {
      await store.fetch(order, never)
      await store.use(new Set([order.manifestDigest]))
      await clock.advance(1000)
    }
    await store.use(new Set())
    const room = 64 * 1024
    files.capacity -= (await files.freeBytes('/images')) - room + 1
    await store.fetch(unit.order('web'), never)
    expect(store.ready().has(old.manifestDigest)).toBe(false)
    expect(store.ready().has(newer.manifestDigest)).toBe(true)
  })

  it('says no_space when all that is there is needed', async () => {
    const { unit, store, files } = scene()
    await store.load()
    files.capacity = 1000
    await expect(store.fetch(unit.order('web'), never)).rejects.toMatchObject({ code: 'no_space' })
  })
})
