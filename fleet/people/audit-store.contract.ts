import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AuditStore, checkChain, type Deed, entryAfter } from './audit.ts'

const deed = (over: Partial<Deed> = {}): Deed => ({
  at: 1000,
  kind: 'user',
  who: 'ada',
  from: '127.0.0.1',
  action: 'POST /rollouts',
  target: '/api/v1/rollouts',
  made: '1',
  result: 201,
  code: null,
  ...over,
})

/** What every audit log must do. `fresh` gives an empty one. */
export function auditStoreContract(
  name: string,
  fresh: () => Promise<{ store: AuditStore; close(): Promise<void> }>,
): void {
  describe(`${name} as an audit log`, () => {
    let store: AuditStore
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ store, close } = await fresh())
    })
    afterEach(() => close())

    it('ties each entry to the one before', async () => {
      await store.add(deed())
      await store.add(deed({ at: 2000, made: null, code: 'role_missing', result: 403 }))
      const first = entryAfter(undefined, deed())
      const second = entryAfter(first, deed({ at: 2000, made: null, code: 'role_missing', result: 403 }))
      expect(await store.entries({ limit: 9 })).toEqual([second, first])
      expect(await store.following(1, 9)).toEqual([second])
      expect(await checkChain(store)).toEqual({ entries: 2, brokenAt: null, lastHash: second.hash })
    })

    it('numbers what comes at once without gaps, in one chain', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => store.add(deed({ made: String(i) }))))
      expect((await store.following(0, 99)).map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
      expect(await checkChain(store)).toMatchObject({ entries: 20, brokenAt: null })
    })

    it('is read by who, what, when and outcome, a piece at a time', async () => {
      await store.add(deed())
      await store.add(deed({ at: 2000, who: 'bob', action: 'DELETE /users/:name', result: 409, code: 'admin_needed' }))
      await store.add(deed({ at: 3000, who: 'bob' }))
      const ids = async (filter: object) => (await store.entries({ limit: 9, ...filter })).map(({ id }) => id)
      expect(await ids({ who: 'bob' })).toEqual([3, 2])
      expect(await ids({ action: 'users' })).toEqual([2])
      expect(await ids({ action: 'use%' })).toEqual([])
      expect(await ids({ since: 2000, until: 3000 })).toEqual([2])
      expect(await ids({ only: 'refused' })).toEqual([2])
      expect(await ids({ only: 'done' })).toEqual([3, 1])
      expect(await ids({ before: 3, limit: 1 })).toEqual([2])
    })
  })
}
