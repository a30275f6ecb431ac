import type { UnitStatus } from '@windlass/model/unit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unitGroupsContract } from './groups/unit-groups.contract.ts'
import { newsLimits } from './news.ts'
import type { ItemVersion, Release } from './records.ts'
import { unitRolloutContract } from './rollouts/unit-rollouts.contract.ts'
import type { UnitStore } from './unit-store.ts'

const item = (itemId: string, version: string, indexDigest = 'sha256:1'): ItemVersion => ({
  itemId,
  version,
  type: 'service',
  ownerId: 'owner',
  indexDigest,
  blobs: [indexDigest],
  size: 7,
  createdAt: 1000,
})
const content: Release['content'] = { name: 'first', notes: '', items: [], instances: [], subjects: [] }
const status: UnitStatus = { isDelta: false, subjects: ['subject'] }

/** What every unit store must do. `fresh` gives an empty one. */
export function unitStoreContract(
  name: string,
  fresh: () => Promise<{ store: UnitStore; close(): Promise<void> }>,
): void {
  describe(`${name} as a store of units`, () => {
    let store: UnitStore
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ store, close } = await fresh())
    })
    afterEach(() => close())

    describe('with rollouts of releases', () => unitRolloutContract(fresh))
    describe('with groups', () => unitGroupsContract(() => store))

    it('knows blobs by their digests, in the order asked for', async () => {
      await store.addBlob({ digest: 'sha256:1', size: 1, sha3: 'a' })
      await store.addBlob({ digest: 'sha256:2', size: 2, sha3: 'b' })
      await store.addBlob({ digest: 'sha256:2', size: 2, sha3: 'b' })
      const found = await store.blobs(['sha256:2', 'sha256:3', 'sha256:1'])
      expect(found.map(({ digest }) => digest)).toEqual(['sha256:2', 'sha256:1'])
      expect(await store.blobs([])).toEqual([])
    })

    it('never changes what a version of an item is', async () => {
      expect(await store.addItem(item('b', '1.0.0'))).toBe('added')
      expect(await store.addItem(item('b', '1.0.0'))).toBe('same')
      expect(await store.addItem(item('b', '1.0.0', 'sha256:2'))).toBe('other')
      await store.addItem(item('a', '2.0.0'))
      expect(await store.items()).toEqual([item('a', '2.0.0'), item('b', '1.0.0')])
    })

    it('numbers releases and lists the newest first', async () => {
      const first = await store.addRelease(content, 1000)
      const second = await store.addRelease({ ...content, name: 'second' }, 2000)
      expect(await store.releases()).toEqual([second, first])
      expect(await store.release(first.id)).toEqual({ id: first.id, content, createdAt: 1000 })
      expect(await store.release(99)).toBeUndefined()
    })

    it('lets a claim be used once, by the unit it is for', async () => {
      await store.addClaim({ tokenHash: 'any', systemId: null, createdAt: 1 })
      await store.addClaim({ tokenHash: 'own', systemId: 'u1', createdAt: 1 })
      const enrol = (token: string, id: string) => store.enrol(token, { id, model: 'm', at: 5 })
      expect(await enrol('other', 'u1')).toBe('unknown')
      expect(await enrol('own', 'u2')).toBe('other_unit')
      expect(await enrol('own', 'u1')).toBe('enrolled')
      expect(await store.unit('u1')).toEqual({
        id: 'u1',
        labels: {},
        model: 'm',
        orders: 0,
        release: null,
        status: null,
        standing: 'idle',
        firstSeen: 5,
        lastSeen: 5,
      })
    })

    it('takes a claim again while its answer may have been lost: until the unit was heard', async () => {
      await store.addClaim({ tokenHash: 'own', systemId: 'u1', createdAt: 1 })
      const enrol = (id: string) => store.enrol('own', { id, model: 'm', at: 5 })
      expect([await enrol('u1'), await enrol('u1'), await enrol('u2')]).toEqual(['enrolled', 'enrolled', 'used'])
      await store.hear('u1', 9, () => status)
      expect(await enrol('u1')).toBe('used')
    })

    it('refuses a claim after its end, and one that was withdrawn', async () => {
      const claim = { systemId: null, createdAt: 1 }
      const whole = { ...claim, uses: 1, usedBy: [], expiresAt: null, withdrawnAt: null }
      await store.addClaim({ ...claim, tokenHash: 'aa-ends', expiresAt: 100 })
      await store.addClaim({ ...claim, tokenHash: 'bb-back', createdAt: 2 })
      const enrol = (token: string, id: string, at: number) => store.enrol(token, { id, model: 'm', at })
      expect(await enrol('aa-ends', 'u1', 100)).toBe('expired')
      expect([await store.withdrawClaim('bb-', 7), await store.withdrawClaim('cc', 7)]).toEqual([
        'withdrawn',
        'unknown',
      ])
      expect(await enrol('bb-back', 'u1', 8)).toBe('withdrawn')
      expect(await enrol('aa-ends', 'u1', 99)).toBe('enrolled')
      expect(await store.withdrawClaim('aa-', 9)).toBe('used')
      expect(await store.claims()).toEqual([
        { ...whole, tokenHash: 'bb-back', createdAt: 2, withdrawnAt: 7 },
        { ...whole, tokenHash: 'aa-ends', usedBy: ['u1'], expiresAt: 100 },
      ])
    })

    it('lets so many units enrol with a claim, each once', async () => {
      await store.addClaim({ tokenHash: 'two', systemId: null, createdAt: 1, uses: 2 })
      const enrol = (id: string) => store.enrol('two', { id, model: 'm', at: 5 })
      expect([await enrol('u1'), await enrol('u1')]).toEqual(['enrolled', 'enrolled'])
      await store.hear('u1', 9, () => status)
      expect([await enrol('u1'), await enrol('u2'), await enrol('u3')]).toEqual(['used', 'enrolled', 'used'])
      expect((await store.claims())[0]?.usedBy).toEqual(['u1', 'u2'])
    })

    it('gives the name of a known unit only to a claim in that name', async () => {
      for (const [tokenHash, systemId] of [
        ['first', null],
        ['any', null],
        ['own', 'u1'],
      ] as const)
        await store.addClaim({ tokenHash, systemId, createdAt: 1 })
      const enrol = (token: string) => store.enrol(token, { id: 'u1', model: 'm', at: 5 })
      expect([await enrol('first'), await enrol('any'), await enrol('own')]).toEqual([
        'enrolled',
        'other_unit',
        'enrolled',
      ])
    })

    it('refuses a unit that is revoked, and its certificates for ever, until it enrols with a claim in its name', async () => {
      for (const tokenHash of ['first', 'again']) await store.addClaim({ tokenHash, systemId: 'u1', createdAt: 1 })
      const enrol = (token: string, ...serials: string[]) =>
        store.enrol(token, { id: 'u1', model: 'm', at: 5, serials })
      const counting = async (...serials: (string | null)[]) => {
        const answers = await Promise.all(serials.map((serial) => store.counts('u1', serial)))
        return serials.filter((_, at) => answers[at])
      }
      expect(await store.revoke('u1', 9)).toBeUndefined()
      await enrol('first', 'a1', 'a2')
      expect(await counting('a1', 'a2', 'stranger', null)).toEqual(['a1', 'a2', null])
      expect(await store.counts('u2', 'a1')).toBe(true)
      expect([await store.revoke('u1', 9), await store.revoke('u1', 9)]).toEqual([2, 0])
      expect(await counting('a1', 'a2', 'stranger', null)).toEqual([])
      expect(await enrol('first', 'a3')).toBe('used')
      expect(await enrol('again', 'b1')).toBe('enrolled')
      expect(await counting('a1', 'a2', 'b1', null)).toEqual(['b1', null])
    })

    it('counts any certificate of a unit that enrolled before they were written down', async () => {
      await store.addClaim({ tokenHash: 'own', systemId: 'u1', createdAt: 1 })
      await store.enrol('own', { id: 'u1', model: 'm', at: 5 })
      expect([await store.counts('u1', 'old'), await store.revoke('u1', 9)]).toEqual([true, 0])
      expect([await store.counts('u1', 'old'), await store.counts('u1', null)]).toEqual([false, false])
    })

    it('keeps the newest of what a unit says beside its status, by kind', async () => {
      await store.addClaim({ tokenHash: 'any', systemId: null, createdAt: 1 })
      await store.enrol('any', { id: 'u1', model: 'm', at: 5 })
      const monitoring = (nodeId: string) => ({ nodes: [{ nodeId, states: [], usages: [] }], instances: [] })
      const many = Array.from({ length: newsLimits.monitoring + 3 }, (_, i) => monitoring(`n${i}`))
      await store.addNews('u1', 'monitoring', 7, many)
      await store.addNews('u1', 'monitoring', 8, [monitoring('last')])
      await store.addNews('u1', 'env_status', 9, [[]])
      const kept = await store.news('u1', 'monitoring')
      expect(kept).toHaveLength(newsLimits.monitoring)
      expect(kept[0]).toEqual({ at: 8, content: monitoring('last') })
      expect(kept[1]).toEqual({ at: 7, content: monitoring(`n${newsLimits.monitoring + 2}`) })
      expect(await store.news('u1', 'env_status')).toEqual([{ at: 9, content: [] }])
      expect(await store.news('u1', 'alert')).toEqual([])
    })

    it('works in what a unit says, one word after the other', async () => {
      await store.addClaim({ tokenHash: 'any', systemId: null, createdAt: 1 })
      await store.enrol('any', { id: 'u1', model: 'm', at: 5 })
      const add = () => store.hear('u1', 9, (before) => ({ ...status, subjects: [...(before?.subjects ?? []), 'one'] }))
      await Promise.all([add(), add(), add()])
      expect((await store.unit('u1'))?.status?.subjects).toEqual(['one', 'one', 'one'])
      expect(await store.hear('nobody', 9, () => status)).toBeUndefined()
    })

    it('gives units their releases, and lists them by id', async () => {
      const { id } = await store.addRelease(content, 1000)
      for (const name of ['u2', 'U1', 'u1']) {
        await store.addClaim({ tokenHash: name, systemId: null, createdAt: 1 })
        await store.enrol(name, { id: name, model: name === 'u2' ? 'Boat_1' : 'car', at: 5 })
      }
      expect(await store.setRelease('u1', id)).toBe(true)
      expect(await store.setRelease('nobody', id)).toBe(false)
      expect((await store.unit('u1'))?.orders).toBe(1)
      expect((await store.units({ limit: 10 })).map((unit) => [unit.id, unit.release])).toEqual([
        ['U1', null],
        ['u1', id],
        ['u2', null],
      ])
      expect((await store.units({ limit: 1, after: 'U1' })).map((unit) => unit.id)).toEqual(['u1'])
      expect((await store.units({ limit: 9, search: 't_' })).map((unit) => unit.id)).toEqual(['u2'])
    })
  })
}
