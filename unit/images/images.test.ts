import { dirname, join } from 'node:path/posix'
import { aosCodes } from '@windlass/model/unit'
import { FakeFiles } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { sampleItem } from './sample-item.ts'
import { afterValidity, duringValidity, type Name, signed, trustIn } from './sample-trust.ts'
import { folder, never, noTrust, Scene, said } from './scene.ts'

const blobPath = (digest: string) => join(folder, 'blobs', digest.replace(':', '/'))
const partPath = (digest: string) => join(folder, 'downloads', digest.replace('sha256:', ''))
const kept = (scene: Scene) => scene.files.list(dirname(blobPath('sha256:x')))
const first = <T>(all: readonly T[]): T => {
  const [one] = all
  if (one === undefined) throw new Error('expected at least one, got none')
  return one
}

describe('the image manager, by the conformance cases of aoscore.md 10.4', () => {
  it('I1 a new item is asked for blob by blob, index first, and goes from downloading to pending to installed', async () => {
    const scene = new Scene()
    const sample = sampleItem()
    const item = scene.publish(sample)
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(scene.asked[0]).toBe(item.indexDigest)
    expect(scene.asked.toSorted()).toEqual([...sample.blobs.keys()].toSorted())
    expect(scene.told).toEqual(['web 1.0.0 downloading', 'web 1.0.0 pending'])
    await images.install([item])
    expect(scene.told.at(-1)).toBe('web 1.0.0 installed')
    for (const [digest, bytes] of sample.blobs)
      expect(scene.files.peek(blobPath(digest))).toEqual(new Uint8Array(bytes))
    expect(await scene.files.list(join(folder, 'downloads'))).toEqual([])
  })

  it('I2 nothing is asked for when all blobs are there', async () => {
    const scene = new Scene()
    const item = scene.publish(sampleItem())
    const images = await scene.start()
    await images.download([item], noTrust, never)
    await images.install([item])
    scene.asked.length = 0
    await images.download([item], noTrust, never)
    await (await scene.start()).download([item], noTrust, never)
    expect(scene.asked).toEqual([])
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 installed'])
  })

  it('I3 a blob that went bad on the disk is asked for again', async () => {
    const scene = new Scene()
    const sample = sampleItem()
    const item = scene.publish(sample)
    const images = await scene.start()
    await images.download([item], noTrust, never)
    const layer = first(sample.layers)
    scene.files.put(blobPath(layer), 'bad')
    scene.asked.length = 0
    await images.download([item], noTrust, never)
    expect(scene.asked).toEqual([layer])
    expect(scene.files.peek(blobPath(layer))).toEqual(new Uint8Array(sample.blobs.get(layer) ?? []))
  })

  it('I4 a file of another SHA3-256 is thrown away and fetched again, and is never a blob', async () => {
    const scene = new Scene()
    const sample = sampleItem()
    const item = scene.publish(sample)
    const layer = first(sample.layers)
    const good = sample.blobs.get(layer) ?? Buffer.of()
    scene.content.set(layer, Buffer.alloc(good.length, 'x'))
    const images = await scene.start()
    scene.onServe = () => {
      if (!scene.served.some(({ digest }) => digest === layer)) return
      expect(scene.files.operations.some(({ op, path }) => op === 'rename' && path === partPath(layer))).toBe(false)
      scene.content.set(layer, good)
    }
    await images.download([item], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
    expect(scene.files.operations.some(({ op, path }) => op === 'remove' && path === partPath(layer))).toBe(true)
  })

  it('I4 that stays so fails the item, after so many rounds', async () => {
    const scene = new Scene({ limits: { rounds: 3 } })
    const sample = sampleItem()
    const item = scene.publish(sample)
    const layer = first(sample.layers)
    scene.content.set(layer, Buffer.alloc(sample.blobs.get(layer)?.length ?? 0, 'x'))
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(scene.served.filter(({ digest }) => digest === layer)).toHaveLength(3)
    const status = images.statuses()[0]
    expect(status).toMatchObject({ state: 'failed', error: { aosCode: aosCodes.invalidChecksum } })
    expect(status?.error?.message).toMatch('expected a file of SHA3-256')
  })

  it('I5 the right file with another digest than its name fails the item at once', async () => {
    const scene = new Scene()
    const sample = sampleItem()
    const item = scene.publish(sample)
    const layer = first(sample.layers)
    scene.serve(layer, Buffer.alloc(sample.blobs.get(layer)?.length ?? 0, 'x'))
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses()[0]).toMatchObject({ state: 'failed', error: { aosCode: aosCodes.invalidChecksum } })
    expect(scene.served.filter(({ digest }) => digest === layer)).toHaveLength(1)
    expect(await images.blobPath(layer)).toBeUndefined()
  })

  it('I6 a cloud that does not answer is asked again, until cancel', async () => {
    const scene = new Scene()
    const item = scene.publish(sampleItem())
    scene.silences = 3
    const images = await scene.start()
    const from = scene.clock.uptime()
    await images.download([item], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
    expect(scene.clock.uptime() - from).toBeGreaterThan(30_000 + 2_000)
    const other = scene.publish(sampleItem({ version: '2.0.0' }))
    const stop = new AbortController()
    scene.silences = 100
    scene.onAsk = () => {
      if (scene.silences < 99) stop.abort(new Error('newer desired state'))
    }
    await expect(images.download([other], noTrust, stop.signal)).rejects.toThrow('newer desired state')
    expect(images.statuses().map(said)).toEqual(['web 2.0.0 downloading'])
  })

  it('I6 a cloud that is there and stays silent fails the item in the end; one that is away does not', async () => {
    const scene = new Scene({ limits: { rounds: 4 } })
    const item = scene.publish(sampleItem())
    scene.silences = 4
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses()[0]).toMatchObject({ state: 'failed', error: { aosCode: aosCodes.timeout } })
    scene.connected = false
    const stop = new AbortController()
    const download = images.download([item], noTrust, stop.signal)
    await scene.clock.advance(86_400_000)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 downloading'])
    stop.abort(new Error('enough'))
    await expect(download).rejects.toThrow('enough')
  })

  it('I7 a cancelled download ends at once and keeps what came; the next one asks for the rest', async () => {
    const scene = new Scene()
    const sample = sampleItem({ layers: ['x'.repeat(200_000)] })
    const item = scene.publish(sample)
    const layer = first(sample.layers)
    const images = await scene.start()
    const stop = new AbortController()
    const served = scene.content.get(layer) ?? Buffer.of()
    async function* slowly() {
      yield served.subarray(0, 60_000)
      await scene.clock.sleep(1000)
      stop.abort(new Error('cancelled'))
      yield served.subarray(60_000)
    }
    scene.slow.set(layer, slowly())
    await expect(images.download([item], noTrust, stop.signal)).rejects.toThrow('cancelled')
    scene.slow.clear()
    const held = (await scene.files.facts(partPath(layer)))?.size
    expect(held).toBe(60_000)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 downloading'])
    await (await scene.start()).download([item], noTrust, never)
    expect(scene.served.at(-1)).toEqual({ digest: layer, range: `bytes=${held}-` })
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
  })

  it('W1 a download that was cancelled does not spoil the next one, which may be asked for before it has ended', async () => {
    const scene = new Scene()
    const [one, two] = [scene.publish(sampleItem()), scene.publish(sampleItem({ version: '2.0.0' }))]
    const images = await scene.start()
    const stop = new AbortController()
    scene.onAsk = () => stop.abort(new Error('newer desired state'))
    const first = images.download([one], noTrust, stop.signal)
    const second = images.download([two], noTrust, never)
    await expect(first).rejects.toThrow('newer desired state')
    await second
    expect(images.statuses().map(said)).toEqual(['web 2.0.0 pending'])
  })

  it('I8 a pending version gives way to another desired one', async () => {
    const scene = new Scene()
    const [one, two] = [sampleItem(), sampleItem({ version: '2.0.0' })]
    const images = await scene.start()
    await images.download([scene.publish(one)], noTrust, never)
    await images.download([scene.publish(two)], noTrust, never)
    expect(scene.told.slice(2)).toEqual(['web 1.0.0 removed', 'web 2.0.0 downloading', 'web 2.0.0 pending'])
    expect(images.statuses().map(said)).toEqual(['web 2.0.0 pending'])
    expect(await images.blobPath(first(one.layers))).toBeUndefined()
  })

  it('I9 a failed version is forgotten when another is desired', async () => {
    const scene = new Scene()
    const one = sampleItem()
    const item = scene.publish(one)
    scene.sources.delete(first(one.layers))
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses()[0]).toMatchObject({ state: 'failed', error: { aosCode: aosCodes.notFound } })
    await images.download([scene.publish(sampleItem({ version: '2.0.0' }))], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 2.0.0 pending'])
  })

  it('I10 an empty list removes what is pending', async () => {
    const scene = new Scene()
    const images = await scene.start()
    await images.download([scene.publish(sampleItem())], noTrust, never)
    await images.download([], noTrust, never)
    expect(scene.told.at(-1)).toBe('web 1.0.0 removed')
    expect(images.statuses()).toEqual([])
    expect(await kept(scene)).toEqual([])
  })

  it('I11 an item whose index is gone cannot be installed: not found, and its blobs are removed', async () => {
    const scene = new Scene()
    const item = scene.publish(sampleItem())
    const images = await scene.start()
    await images.download([item], noTrust, never)
    await scene.files.remove(blobPath(item.indexDigest))
    await images.install([item, { ...item, itemId: 'unheard-of' }])
    const failed = { state: 'failed', error: { aosCode: aosCodes.notFound } }
    expect(images.statuses()).toMatchObject([failed, failed])
    expect(await kept(scene)).toEqual([])
  })

  it('I12 a newly installed version takes the place of the older one, which is kept', async () => {
    const scene = new Scene()
    const [one, two] = [scene.publish(sampleItem()), scene.publish(sampleItem({ version: '2.0.0' }))]
    const images = await scene.start()
    for (const item of [one, two]) {
      await images.download([item], noTrust, never)
      await images.install([item])
    }
    expect(images.statuses().map(said).toSorted()).toEqual(['web 1.0.0 removed', 'web 2.0.0 installed'])
    expect(await images.blobPath(one.indexDigest)).toBeDefined()
    scene.asked.length = 0
    await images.download([one], noTrust, never)
    await images.install([one])
    expect(scene.asked).toEqual([])
    expect(images.statuses().map(said).toSorted()).toEqual(['web 1.0.0 installed', 'web 2.0.0 removed'])
  })

  it('I13 a removed item is deleted once its time to live is over, also while nobody asks', async () => {
    const scene = new Scene()
    const item = scene.publish(sampleItem())
    const images = await scene.start()
    await images.download([item], noTrust, never)
    await images.install([item])
    await images.install([])
    const stop = new AbortController()
    // Set to anything: what counts is how long the unit ran.
    for (const years of [10, -20]) scene.clock.jump(years * 365 * 86_400_000)
    let goneAtMs = 0
    images.watch(() => (goneAtMs = scene.clock.uptime()))
    const running = images.run(stop.signal)
    await expect.poll(() => images.statuses()).toEqual([])
    expect(Math.floor(goneAtMs / 86_400_000)).toBe(30)
    await expect.poll(() => kept(scene)).toEqual([])
    stop.abort()
    await running
  })

  it('I14 a layer that two items share stays while one needs it', async () => {
    const scene = new Scene()
    const [one, two] = [sampleItem({ layers: ['base', 'one'] }), sampleItem({ itemId: 'db', layers: ['base', 'two'] })]
    const images = await scene.start()
    await images.download([scene.publish(one), scene.publish(two)], noTrust, never)
    expect(scene.asked.filter((digest) => digest === one.layers[0])).toHaveLength(1)
    await images.download([two.item], noTrust, never)
    expect(await images.blobPath(first(two.layers))).toBeDefined()
    expect(await images.blobPath(one.layers[1] ?? '')).toBeUndefined()
  })

  it('I15 where room is short, what was removed first is given up first', async () => {
    const scene = new Scene()
    const images = await scene.start()
    for (const itemId of ['a', 'b', 'c']) {
      const item = scene.publish(sampleItem({ itemId, layers: [itemId.repeat(100_000)] }))
      await images.download([item], noTrust, never)
      await images.install([item])
      await scene.clock.advance(1000)
    }
    scene.files.capacity = scene.files.usedBytes + 4_200_000
    await images.download([scene.publish(sampleItem({ itemId: 'd', layers: ['d'.repeat(4_290_000)] }))], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['b 1.0.0 removed', 'c 1.0.0 installed', 'd 1.0.0 pending'])
  })

  it('I16 where there is nothing to give up, the item fails for want of room', async () => {
    const scene = new Scene({ files: new FakeFiles({ capacity: 100_000 }) })
    const images = await scene.start()
    await images.download([scene.publish(sampleItem({ layers: ['x'.repeat(100_000)] }))], noTrust, never)
    const status = images.statuses()[0]
    expect(status).toMatchObject({ state: 'failed', error: { aosCode: aosCodes.noMemory } })
    expect(status?.error?.message).toMatch(/expected \d+ free bytes in .*, got \d+/)
  })

  it('I17 I18 a blob that is here has an address for nodes, another has none', async () => {
    const scene = new Scene()
    const item = scene.publish(sampleItem())
    const images = await scene.start()
    await images.download([item], noTrust, never)
    const hex = item.indexDigest.slice('sha256:'.length)
    expect(await images.blobUrl(item.indexDigest)).toBe(`http://main:8094/blobs/sha256/${hex}`)
    expect(await images.blobUrl(`sha256:${'0'.repeat(64)}`)).toBeUndefined()
    for (const odd of ['sha512:ab', 'sha256:../../etc/passwd', '']) {
      expect(await images.blobUrl(odd)).toBeUndefined()
      expect(await images.blobPath(odd)).toBeUndefined()
    }
  })

  const chain: readonly Name[] = ['signer-ec', 'intermediate']
  it.each([
    ['bad signature', signed(Buffer.from('other bytes'), 'signer-ec'), trustIn(chain), 'one that does not hold'],
    [
      'unknown chain',
      { ...signed(Buffer.from('app'), 'signer-ec'), chainName: 'x' },
      trustIn(chain),
      'unknown chain name',
    ],
    ['missing certificate', signed(Buffer.from('app'), 'signer-ec'), trustIn(chain, 'intermediate'), 'found none'],
    ['expired when it signed', signed(Buffer.from('app'), 'signer-ec', afterValidity), trustIn(chain), 'valid at 2026'],
  ])('I19 %s: the item fails, the blob is not stored', async (_, signature, trust, why) => {
    const scene = new Scene()
    const sample = sampleItem({ layers: ['app'] })
    const item = scene.publish(sample)
    const layer = first(sample.layers)
    scene.serveEncrypted(layer, Buffer.from('app'), { signature })
    const images = await scene.start()
    await images.download([item], trust, never)
    expect(images.statuses()[0]).toMatchObject({ state: 'failed' })
    expect(images.statuses()[0]?.error?.message).toMatch(why)
    expect(await images.blobPath(layer)).toBeUndefined()
    expect(await scene.files.list(join(folder, 'unverified'))).toEqual([])
  })

  it('I20 a certificate that has expired since, and was valid when it signed, is accepted', async () => {
    const scene = new Scene()
    const sample = sampleItem({ layers: ['app'] })
    const item = scene.publish(sample)
    const signature = signed(Buffer.from('app'), 'signer-rsa', duringValidity)
    scene.serveEncrypted(first(sample.layers), Buffer.from('app'), { signature })
    const images = await scene.start()
    expect(scene.clock.now()).toBeGreaterThan(Date.UTC(2026, 0))
    await images.download([item], trustIn(['signer-rsa', 'intermediate']), never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
    expect(scene.files.peek(blobPath(first(sample.layers)))).toEqual(new Uint8Array(Buffer.from('app')))
    expect(await scene.files.list(join(folder, 'downloads'))).toEqual([])
  })

  it('I21 damaged padding fails the item', async () => {
    const scene = new Scene()
    const sample = sampleItem({ layers: ['app'] })
    const item = scene.publish(sample)
    const layer = first(sample.layers)
    const decryption = { algorithm: 'AES256/CBC/pkcs7', key: Buffer.alloc(32, 1), iv: Buffer.alloc(16, 2) }
    scene.serve(layer, Buffer.alloc(32, 'x'), { decryption })
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses()[0]?.error?.message).toMatch('decrypted to their end')
    expect(await images.blobPath(layer)).toBeUndefined()
    expect(await scene.files.list(join(folder, 'unverified'))).toEqual([])
  })

  it('I22 what several items need at once is fetched once', async () => {
    const scene = new Scene()
    const samples = ['a', 'b', 'c', 'd', 'e'].map((itemId) => sampleItem({ itemId, layers: ['base', itemId] }))
    const images = await scene.start()
    await images.download(
      samples.map((sample) => scene.publish(sample)),
      noTrust,
      never,
    )
    expect(new Set(scene.asked).size).toBe(scene.asked.length)
    expect(scene.served.filter(({ digest }) => digest === samples[0]?.layers[0])).toHaveLength(1)
  })

  it('I23 four are fetched at a time, the rest follow', async () => {
    const scene = new Scene()
    const layers = ['1', '2', '3', '4', '5', '6'].map((digit) => digit.repeat(1000))
    const sample = sampleItem({ layers })
    const item = scene.publish(sample)
    let [now, most] = [0, 0]
    scene.http.route('http://cdn.test', async ({ path }) => {
      now += 1
      most = Math.max(most, now)
      await scene.clock.sleep(100)
      now -= 1
      return { status: 200, body: scene.content.get(path.slice(1)) ?? '' }
    })
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(most).toBe(4)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
  })
})
