import type { DesiredItem } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import type { Images } from '../ports.ts'
import { UnitError } from '../unit-error.ts'

/** A store, with an item that can be had in two versions, and one that cannot be had. */
export interface ImagesUnderTest {
  images: Images
  one: DesiredItem
  two: DesiredItem
  broken: DesiredItem
}

const noTrust = { certificates: [], chains: [] }
const never = new AbortController().signal

/** What every Images promises. */
export function testImages(name: string, make: () => Promise<ImagesUnderTest>): void {
  const states = (images: Images) =>
    images
      .statuses()
      .map(({ version, state }) => `${version} ${state}`)
      .toSorted()

  describe(`${name} as the unit's images`, () => {
    it('brings an item to pending, then to installed, and tells so', async () => {
      const { images, one } = await make()
      const told: string[] = []
      const leave = images.watch((items) => told.push(...items.map(({ state }) => state)))
      await images.download([one], noTrust, never)
      await images.install([one])
      leave()
      await images.install([])
      expect(told).toEqual(['downloading', 'pending', 'installed'])
      expect(images.statuses()).toEqual([
        { itemId: one.itemId, type: one.type, version: one.version, state: 'removed' },
      ])
    })

    it('keeps what it has when it is asked again', async () => {
      const { images, one } = await make()
      await images.download([one], noTrust, never)
      await images.download([one], noTrust, never)
      expect(states(images)).toEqual([`${one.version} pending`])
      await images.install([one])
      await images.download([one], noTrust, never)
      expect(states(images)).toEqual([`${one.version} installed`])
    })

    it('fails an item with its reason and does not reject', async () => {
      const { images, one, broken } = await make()
      await images.download([broken, one], noTrust, never)
      const failed = images.statuses().find(({ itemId }) => itemId === broken.itemId)
      expect(failed?.state).toBe('failed')
      expect(failed?.error?.message).not.toBe('')
      expect(images.statuses().find(({ itemId }) => itemId === one.itemId)?.state).toBe('pending')
    })

    it('drops what was on its way and is wanted no more', async () => {
      const { images, one, two } = await make()
      await images.download([one], noTrust, never)
      await images.download([two], noTrust, never)
      expect(states(images)).toEqual([`${two.version} pending`])
    })

    it('keeps the version before as removed', async () => {
      const { images, one, two } = await make()
      await images.download([one], noTrust, never)
      await images.install([one])
      await images.download([two], noTrust, never)
      expect(states(images)).toEqual([`${one.version} installed`, `${two.version} pending`])
      await images.install([two])
      expect(states(images)).toEqual([`${one.version} removed`, `${two.version} installed`])
    })

    it('rejects with the reason of a signal that fired', async () => {
      const { images, one } = await make()
      const stop = AbortSignal.abort(new Error('newer desired state'))
      await expect(images.download([one], noTrust, stop)).rejects.toThrow('newer desired state')
    })

    it('shows the documents and files of what is here, and of nothing else', async () => {
      const { images, one, two } = await make()
      await images.download([one], noTrust, never)
      const { indexDigest, variants } = await images.documents(one.itemId, one.version)
      expect(indexDigest).toBe(one.indexDigest)
      const manifest = variants[0]?.digest ?? ''
      expect(await images.blobPath(manifest)).toMatch(manifest.slice('sha256:'.length))
      expect(await images.blobUrl(manifest)).toMatch(new RegExp(`^http://.*/blobs/sha256/${manifest.slice(7)}$`))
      expect(await images.blobPath(two.indexDigest)).toBeUndefined()
      expect(await images.blobUrl(two.indexDigest)).toBeUndefined()
      await expect(images.documents(two.itemId, two.version)).rejects.toBeInstanceOf(UnitError)
      await expect(images.documents('unheard-of', '1.0.0')).rejects.toMatchObject({ code: 'item_unknown' })
    })
  })
}
