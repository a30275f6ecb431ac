import { createHash } from 'node:crypto'
import { decodeIndex, decodeManifest, defaultItemConfig, mediaTypes } from '@windlass/wire/oci'
import { describe, expect, it } from 'vitest'
import { imageContent } from './image-content.ts'

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Blobs by digest; `read` says which were read. */
function image() {
  const blobs = new Map<string, Buffer>()
  const asked: string[] = []
  const put = (value: unknown, mediaType: string) => {
    const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
    blobs.set(digestOf(bytes), bytes)
    return { mediaType, digest: digestOf(bytes), size: bytes.length }
  }
  const manifest = (architecture: string, variant?: string) => {
    const config = put({ os: 'linux', architecture, variant }, mediaTypes.config)
    const layers = [put('shared', mediaTypes.layer), put(`layer ${architecture}`, mediaTypes.layer)]
    return {
      ...put({ schemaVersion: 2, config, layers }, mediaTypes.manifest),
      platform: { os: 'linux', architecture },
    }
  }
  const index = (...manifests: object[]) =>
    put({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, mediaTypes.index)
  const bytesOf = ({ digest }: { digest: string }) => blobs.get(digest) ?? Buffer.from('')
  const read = async (wanted: { digest: string }) => {
    asked.push(wanted.digest)
    return bytesOf(wanted)
  }
  return { put, manifest, index, bytesOf, read, asked }
}

const all = { platforms: [] }

describe('an image as an item', () => {
  it('stays as it is where all of it is wanted, and what is no image in it is not read', async () => {
    const { manifest, index, put, bytesOf, read, asked } = image()
    const [amd, arm] = [manifest('amd64'), manifest('arm64')]
    const note = { ...put('{}', mediaTypes.manifest), platform: { os: 'unknown', architecture: 'unknown' } }
    const top = index(amd, arm, note)
    const content = await imageContent(bytesOf(top), read, all)
    expect(content.indexDigest).toBe(top.digest)
    expect(content.documents.map(({ digest }) => digest)).toEqual([amd.digest, arm.digest, top.digest])
    expect(content.parts).toHaveLength(5)
    expect(asked).toEqual([amd.digest, arm.digest])
  })

  it('is what was chosen of it', async () => {
    const { manifest, index, bytesOf, read } = image()
    const arm = manifest('arm64')
    const top = index(manifest('amd64'), arm)
    const content = await imageContent(bytesOf(top), read, { platforms: ['linux/arm64'] })
    const made = content.documents.find(({ digest }) => digest === content.indexDigest)
    expect(decodeIndex(made?.bytes ?? Buffer.from('')).entries).toMatchObject([{ digest: arm.digest }])
    expect(content.parts).toHaveLength(3)
    const neither = imageContent(bytesOf(top), read, { platforms: ['linux/arm64', 'linux/riscv64'] })
    await expect(neither).rejects.toMatchObject({
      code: 'absent',
      message: 'expected an image for linux/riscv64, found linux/amd64, linux/arm64',
    })
  })

  it('of one manifest gets an index, and is judged by what its configuration says', async () => {
    const { manifest, bytesOf, read } = image()
    const only = manifest('arm', 'v7')
    const content = await imageContent(bytesOf(only), read, { platforms: ['linux/arm/v7'] })
    expect(content.documents).toHaveLength(2)
    expect(content.indexDigest).not.toBe(only.digest)
    const other = imageContent(bytesOf(only), read, { platforms: ['linux/arm/v6'] })
    await expect(other).rejects.toThrow('expected an image for linux/arm/v6, found linux/arm')
  })

  it('takes an item configuration into each manifest', async () => {
    const { manifest, index, bytesOf, read } = image()
    const top = index(index(manifest('amd64'), manifest('arm64')))
    const itemConfig = { ...defaultItemConfig, runtimes: ['crun'] }
    const { documents, indexDigest } = await imageContent(bytesOf(top), read, { platforms: [], itemConfig })
    const bytes = (digest: string) => documents.find((one) => one.digest === digest)?.bytes ?? Buffer.from('')
    const { entries } = decodeIndex(bytes(indexDigest))
    expect(entries).toHaveLength(2)
    for (const entry of entries)
      expect(String(bytes(decodeManifest(bytes(entry.digest)).itemConfig?.digest ?? ''))).toContain('crun')
  })

  it('that goes on and on is not read', async () => {
    const { manifest, index, bytesOf, read, asked } = image()
    const many = index(...Array.from({ length: 65 }, () => manifest('amd64')))
    await expect(imageContent(bytesOf(many), read, all)).rejects.toMatchObject({ code: 'unfit' })
    expect(asked).toEqual([])
    await expect(imageContent(bytesOf(index()), read, all)).rejects.toThrow('with a manifest, got none')
    const deep = index(index(index(manifest('amd64'))))
    await expect(imageContent(bytesOf(deep), read, all)).rejects.toThrow('an index in an index in an index')
  })
})
