import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PackagerStore } from './packager.ts'

const ci = { id: 'a1', name: 'ci', secret: 'the secret', createdAt: 1000 }

/** What every store of packagers must do. `fresh` gives an empty one. */
export function packagerStoreContract(
  name: string,
  fresh: () => Promise<{ store: PackagerStore; close(): Promise<void> }>,
): void {
  describe(`${name} as a store of packagers`, () => {
    let store: PackagerStore
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ store, close } = await fresh())
    })
    afterEach(() => close())

    it('keeps who may push, and when each did', async () => {
      await store.add(ci)
      await store.add({ ...ci, id: 'b2', name: 'desk', createdAt: 2000 })
      expect(await store.packager('a1')).toEqual({ ...ci, lastUsed: null })
      await store.used('a1', 5000)
      await store.used('c3', 5000)
      expect(await store.packagers()).toMatchObject([
        { id: 'a1', lastUsed: 5000 },
        { id: 'b2', name: 'desk', lastUsed: null },
      ])
      expect(await store.packager('c3')).toBeUndefined()
    })

    it('forgets one that is removed', async () => {
      await store.add(ci)
      expect([await store.remove('a1'), await store.remove('a1')]).toEqual([true, false])
      expect([await store.packager('a1'), await store.packagers()]).toEqual([undefined, []])
    })
  })
}
