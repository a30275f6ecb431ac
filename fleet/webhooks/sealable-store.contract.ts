import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SealableStore } from './sealed-store.ts'

const hook = (secret: string) => ({ url: 'https://one.example', secret, events: ['group' as const], createdAt: 1 })

/** What every store must do whose secrets can be changed where they lie. `fresh` gives an empty one. */
export function sealableStoreContract(
  name: string,
  fresh: () => Promise<{ store: SealableStore; close(): Promise<void> }>,
): void {
  describe(`${name} as a store of secrets`, () => {
    let store: SealableStore
    let close: () => Promise<void>
    const secrets = async () => (await store.webhooks()).map(({ secret }) => secret)
    beforeEach(async () => {
      ;({ store, close } = await fresh())
      for (const secret of ['a', 'b', 'c']) await store.add(hook(secret))
    })
    afterEach(() => close())

    it('changes each of them, and nothing else', async () => {
      const before = await store.webhooks()
      await store.changeSecrets((kept) => (kept === 'b' ? kept : `${kept}!`))
      expect(await store.webhooks()).toEqual(before.map((each, i) => ({ ...each, secret: ['a!', 'b', 'c!'][i] })))
    })

    it('changes all or none', async () => {
      const change = (kept: string) => {
        if (kept === 'c') throw new Error('no key')
        return `${kept}!`
      }
      await expect((async () => store.changeSecrets(change))()).rejects.toThrow('no key')
      expect(await secrets()).toEqual(['a', 'b', 'c'])
    })

    it('changes them for two at once one after the other', async () => {
      await Promise.all([1, 2].map(() => store.changeSecrets((kept) => `${kept}!`)))
      expect(await secrets()).toEqual(['a!!', 'b!!', 'c!!'])
    })
  })
}
