import { aosCodes } from '@windlass/model/unit'
import { HttpError } from '@windlass/platform'
import { describe, expect, it } from 'vitest'
import { sampleItem } from './sample-item.ts'
import { never, noTrust, Scene, said } from './scene.ts'

/** One item with one layer of that many bytes, published. */
function published(scene: Scene, bytes: number) {
  const sample = sampleItem({ layers: ['x'.repeat(bytes)] })
  const item = scene.publish(sample)
  const layer = sample.layers[0] ?? ''
  const source = scene.sources.get(layer)
  if (!source) throw new Error('expected a source of the layer')
  return { sample, item, layer, source, content: sample.blobs.get(layer) ?? Buffer.of() }
}

describe('a download', () => {
  it('tries every address, in order', async () => {
    const scene = new Scene()
    const { item, layer, source } = published(scene, 1000)
    scene.sources.set(layer, { ...source, urls: ['http://gone.test/a', 'ftp://odd', ...source.urls] })
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
    expect(scene.asked.filter((digest) => digest === layer)).toHaveLength(1)
  })

  it('goes on at the next address from the byte that the one before came to', async () => {
    const scene = new Scene()
    const { item, layer, source, content } = published(scene, 100_000)
    scene.http.route('http://short.test', async () => ({ status: 200, body: content }))
    scene.http.fault('http://short.test', { cutAfter: 30_000 })
    scene.sources.set(layer, { ...source, urls: ['http://short.test/x', ...source.urls] })
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(scene.served.at(-1)).toEqual({ digest: layer, range: 'bytes=30000-' })
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
  })

  it('copies from a file address', async () => {
    const scene = new Scene()
    const { item, layer, source, content } = published(scene, 1000)
    scene.files.put('/media/layer', content)
    scene.sources.set(layer, { ...source, urls: ['file:///media/layer'] })
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
  })

  it('starts over at a server that has no ranges, and takes no more than was announced', async () => {
    const scene = new Scene({ limits: { rounds: 2 } })
    const { item, layer, source, content } = published(scene, 100_000)
    scene.http.route('http://plain.test', async () => ({ status: 200, body: content }))
    scene.http.fault('http://plain.test', { cutAfter: 70_000 }, 1)
    scene.sources.set(layer, { ...source, urls: ['http://plain.test/x'] })
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
    const other = sampleItem({ itemId: 'more', layers: ['y'] })
    scene.publish(other)
    const more = other.layers[0] ?? ''
    scene.http.route('http://plain.test', async () => ({ status: 200, body: pieces('y', 'y') }))
    scene.sources.set(more, { ...(scene.sources.get(more) ?? source), urls: ['http://plain.test/y'] })
    await images.download([item, other.item], noTrust, never)
    expect(images.statuses().find(({ itemId }) => itemId === 'more')?.error?.message).toMatch(
      'expected 1 bytes, got more',
    )
  })

  it('refuses a size that cannot be, before the first byte', async () => {
    const scene = new Scene()
    const { item, layer, source } = published(scene, 1000)
    scene.sources.set(layer, { ...source, size: 1_000_000 })
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses()[0]).toMatchObject({ state: 'failed', error: { aosCode: aosCodes.invalidArgument } })
    expect(scene.served.some(({ digest }) => digest === layer)).toBe(false)
  })

  it('that gains ground has as many attempts as it takes; one that does not is given up', async () => {
    const scene = new Scene({ limits: { rounds: 2 } })
    const { item, layer } = published(scene, 1_000_000)
    scene.http.fault('http://cdn.test', { cutAfter: 100_000 })
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
    expect(scene.served.filter(({ digest }) => digest === layer).length).toBeGreaterThan(9)
    const other = scene.publish(sampleItem({ itemId: 'slow', layers: ['z'.repeat(1_000_000)] }))
    scene.http.fault('http://cdn.test', { cutAfter: 1 })
    await images.download([item, other], noTrust, never)
    expect(images.statuses().find(({ itemId }) => itemId === 'slow')?.error).toMatchObject({ aosCode: aosCodes.failed })
  })

  it('from a server that starts over again and again is given up', async () => {
    const scene = new Scene({ limits: { rounds: 3 } })
    const { item, layer, source, content } = published(scene, 500_000)
    let times = 0
    scene.http.route('http://plain.test', async () => {
      times += 1
      return { status: 200, body: content }
    })
    scene.http.fault('http://plain.test', { cutAfter: 200_000 })
    scene.sources.set(layer, { ...source, urls: ['http://plain.test/x'] })
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 failed'])
    expect(times).toBe(3)
  })

  it('fails with an expired address, which is asked for anew', async () => {
    const scene = new Scene()
    const { item, layer, source } = published(scene, 1000)
    scene.http.route('http://old.test', async () => ({ status: 403 }))
    scene.sources.set(layer, { ...source, urls: ['http://old.test/x'] })
    scene.onAsk = () => {
      if (scene.asked.filter((digest) => digest === layer).length === 2) scene.sources.set(layer, source)
    }
    const images = await scene.start()
    await images.download([item], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
  })

  it('tells how it goes: started, now and then, interrupted with the reason, finished', async () => {
    const scene = new Scene()
    const { item, layer, content } = published(scene, 400_000)
    scene.http.fault('http://cdn.test', { drip: 100_000, everyMs: 20_000 })
    let times = 0
    scene.onServe = (digest) => {
      if (digest !== layer) return
      times += 1
      if (times === 2) scene.http.fault('http://cdn.test', undefined)
    }
    scene.slow.set(layer, broken(content))
    const images = await scene.start()
    await images.download([item], noTrust, never)
    const lines = scene.alerts
      .filter(({ digest }) => digest === layer)
      .map(({ state, downloadedBytes, totalBytes, reason }) => [state, downloadedBytes, totalBytes, reason])
    expect(lines).toEqual([
      ['started', 0, 400_000, undefined],
      ['started', 200_000, 400_000, undefined],
      ['interrupted', 300_000, 400_000, expect.stringMatching('the connection to http://cdn.test')],
      ['started', 300_000, 400_000, undefined],
      ['finished', 400_000, 400_000, undefined],
    ])
    expect(JSON.stringify(scene.alerts.map(({ url }) => url))).not.toMatch('secret')
  })

  it('of a signed and encrypted item needs room for both files at once', async () => {
    const scene = new Scene()
    const { item, layer, content } = published(scene, 300_000)
    scene.serveEncrypted(layer, content)
    const images = await scene.start()
    scene.files.capacity = scene.files.usedBytes + 500_000
    await images.download([item], noTrust, never)
    expect(images.statuses()[0]).toMatchObject({ state: 'failed', error: { aosCode: aosCodes.noMemory } })
    scene.files.capacity += 200_000
    await images.download([item], noTrust, never)
    expect(images.statuses().map(said)).toEqual(['web 1.0.0 pending'])
  })

  it('of one item that fails leaves the others alone', async () => {
    const scene = new Scene()
    const { item, layer } = published(scene, 1000)
    scene.sources.delete(layer)
    const good = scene.publish(sampleItem({ itemId: 'good' }))
    const images = await scene.start()
    await images.download([item, good], noTrust, never)
    expect(images.statuses().map(said).toSorted()).toEqual(['good 1.0.0 pending', 'web 1.0.0 failed'])
    await images.install([item, good])
    expect(images.statuses().find(({ itemId }) => itemId === 'web')).toMatchObject({
      state: 'failed',
      error: { aosCode: aosCodes.notFound },
    })
  })

  it('takes only images that some runtime of the unit can run', async () => {
    const scene = new Scene()
    const sample = sampleItem({ architectures: ['amd64', 'arm64'] })
    const item = scene.publish(sample)
    scene.fits = ({ architecture }) => architecture === 'arm64'
    const images = await scene.start()
    await images.download([item], noTrust, never)
    const { variants } = await images.documents(item.itemId, item.version)
    expect(variants.map(({ platform }) => platform?.architecture)).toEqual(['arm64'])
    expect(scene.asked).toHaveLength(1 + 3 + 2)
  })
})

describe('documents', () => {
  it('are read again after a restart, and not believed when they went bad on the disk', async () => {
    const scene = new Scene()
    const item = scene.publish(sampleItem())
    await (await scene.start()).download([item], noTrust, never)
    const { variants } = await (await scene.start()).documents(item.itemId, item.version)
    expect(variants).toMatchObject([{ image: { entrypoint: ['/app'] }, item: { hostname: 'web' } }])
    const manifest = (await (await scene.start()).blobPath(variants[0]?.digest ?? '')) ?? ''
    scene.files.put(manifest, '{"config":{}}')
    const again = (await scene.start()).documents(item.itemId, item.version)
    await expect(again).rejects.toMatchObject({ code: 'item_unknown', message: expect.stringMatching('got those of') })
  })
})

async function* pieces(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

/** 300 of 400 kB, then nothing more. */
async function* broken(content: Buffer) {
  yield content.subarray(0, 300_000)
  throw new HttpError('cut', 'the connection to http://cdn.test ended')
}
