import { defaultItemConfig, mediaTypes } from '@windlass/wire/oci'
import { describe, expect, it } from 'vitest'
import { readItem } from './item-documents.ts'
import { digestOf, sampleItem } from './sample-item.ts'

/** Blobs by digest, as JSON or as they are. */
class Shop {
  readonly blobs = new Map<string, Buffer>()
  readonly read: string[] = []

  add(value: unknown, mediaType: string = mediaTypes.manifest) {
    const bytes = Buffer.from(JSON.stringify(value))
    const digest = digestOf(bytes)
    this.blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }

  image(
    more: object = {},
    layers: object[] = [{ mediaType: mediaTypes.layerGzip, digest: digestOf(Buffer.of(1)), size: 1 }],
  ) {
    const config = this.add({ architecture: 'arm64', os: 'linux' }, mediaTypes.config)
    return this.add({ schemaVersion: 2, config, layers, ...more })
  }

  index(...manifests: object[]) {
    return this.add({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, mediaTypes.index)
  }

  walk(
    indexDigest: string,
    type: 'service' | 'component' = 'service',
    wants: (architecture: string) => boolean = () => true,
  ) {
    const read = async ({ digest }: { digest: string }) => {
      this.read.push(digest)
      const bytes = this.blobs.get(digest)
      if (!bytes) throw new Error(`no ${digest}`)
      return bytes
    }
    return readItem({ type, indexDigest }, read, ({ platform }) => wants(platform?.architecture ?? ''))
  }
}

describe('the documents of an item', () => {
  it('are those of every platform that is wanted, and the others are not read', async () => {
    const shop = new Shop()
    const { item, blobs } = sampleItem({ architectures: ['amd64', 'arm64', 'riscv64'] })
    for (const [digest, bytes] of blobs) shop.blobs.set(digest, bytes)
    const { variants } = await shop.walk(item.indexDigest, 'service', (architecture) => architecture !== 'arm64')
    expect(variants.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'riscv64'])
    expect(variants[0]).toMatchObject({ image: { entrypoint: ['/app'] }, item: { hostname: 'web' } })
    expect(shop.read).toHaveLength(1 + 2 * 3)
    await expect(shop.walk(item.indexDigest, 'service', () => false)).rejects.toThrow(
      'expected an image for this unit, got images for linux/amd64, linux/arm64, linux/riscv64',
    )
  })

  it('of a plain image have the default item configuration', async () => {
    const shop = new Shop()
    const { variants } = await shop.walk(shop.index(shop.image()).digest)
    expect(variants[0]?.item).toEqual(defaultItemConfig)
  })

  it('may begin with a manifest instead of an index', async () => {
    const shop = new Shop()
    const { digest } = shop.image()
    const { indexDigest, variants } = await shop.walk(digest)
    expect(indexDigest).toBe(digest)
    expect(variants).toMatchObject([{ digest, image: { platform: { architecture: 'arm64' } } }])
  })

  it('may begin with an index of indexes, to a depth', async () => {
    const shop = new Shop()
    let root = shop.index(shop.index(shop.image()))
    expect((await shop.walk(root.digest)).variants).toHaveLength(1)
    for (let deep = 0; deep < 3; deep += 1) root = shop.index(root)
    await expect(shop.walk(root.digest)).rejects.toThrow('expected a manifest, got one more index')
  })

  it('leave out what build tools attach', async () => {
    const shop = new Shop()
    const attached = {
      ...shop.image({ note: 'attestation' }),
      platform: { architecture: 'unknown', os: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    }
    const { variants } = await shop.walk(shop.index(shop.image(), attached).digest)
    expect(variants).toHaveLength(1)
    expect(shop.read).not.toContain(attached.digest)
  })

  it('of a component say which one image it is; its configuration may be empty', async () => {
    const shop = new Shop()
    const config = shop.add({}, mediaTypes.empty)
    const image = { mediaType: mediaTypes.componentFullSquashfs, digest: digestOf(Buffer.of(7)), size: 9 }
    const { variants } = await shop.walk(shop.index(shop.image({ config }, [image])).digest, 'component')
    expect(variants[0]?.manifest.layers).toEqual([image])
    expect(variants[0]).not.toHaveProperty('item')
    expect(variants[0]).not.toHaveProperty('image')
    const twice = shop.index(shop.image({ config }, [image, image]))
    await expect(shop.walk(twice.digest, 'component')).rejects.toThrow("the component's image, got 2")
  })

  it('are refused when they are too large before they are asked for', async () => {
    const shop = new Shop()
    const large = { ...shop.image(), size: 2 ** 30 }
    await expect(shop.walk(shop.index(large).digest)).rejects.toThrow('a document of at most 4194304 bytes')
    expect(shop.read).toHaveLength(1)
  })

  it('that are none say where they are off', async () => {
    const shop = new Shop()
    const bad = shop.index(shop.add({ config: 'none' }))
    await expect(shop.walk(bad.digest)).rejects.toThrow('manifest.config: expected an object')
  })
})
