import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PeopleStore } from './people-store.ts'
import type { Grant } from './records.ts'

const admin: Grant[] = [{ role: 'admin', over: 'fleet' }]
const viewer: Grant[] = [{ role: 'viewer', over: { product: 'f'.repeat(64) } }]
const pilot: Grant[] = [...viewer, { role: 'admin', over: { group: 'pilots' } }]
const user = (name: string, grants = viewer) => ({ name, passwordHash: `hash of ${name}`, grants, createdAt: 1000 })
const token = (hash: string, madeBy: string | null, expiresAt: number | null = null) => ({
  name: 'ci',
  hash,
  grants: viewer,
  madeBy,
  createdAt: 1000,
  expiresAt,
})

/** What every store of people must do. `fresh` gives an empty one. */
export function peopleStoreContract(
  name: string,
  fresh: () => Promise<{ store: PeopleStore; close(): Promise<void> }>,
): void {
  describe(`${name} as a store of people`, () => {
    let store: PeopleStore
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ store, close } = await fresh())
    })
    afterEach(() => close())

    it('takes an admin first, then anybody, each name once', async () => {
      expect(await store.hasUsers()).toBe(false)
      expect(await store.addUser(user('bob'))).toBe('admin_needed')
      expect(await store.addUser(user('zoe', admin))).toBe('added')
      expect(await store.addUser(user('bob'))).toBe('added')
      expect(await store.addUser(user('bob', admin))).toBe('taken')
      expect(await store.hasUsers()).toBe(true)
      expect((await store.users()).map((each) => each.name)).toEqual(['bob', 'zoe'])
      expect(await store.user('bob')).toEqual({ ...user('bob'), lastSignIn: null, failures: 0, lockedUntil: null })
      expect(await store.user('nobody')).toBeUndefined()
    })

    it('keeps roles over groups apart from those over everything', async () => {
      expect(await store.addUser(user('bob', pilot))).toBe('admin_needed')
      await store.addUser(user('ada', admin))
      expect(await store.addUser(user('bob', pilot))).toBe('added')
      expect((await store.user('bob'))?.grants).toEqual(pilot)
      expect(await store.setGrants('ada', pilot)).toBe('admin_needed')
      const boat: Grant[] = [{ role: 'viewer', over: { group: 'boats' } }]
      expect(await store.setGrants('bob', boat)).toBe('set')
      expect((await store.users()).map(({ grants }) => grants)).toEqual([admin, boat])
      await store.addSession({ hash: 's1', user: 'bob', expiresAt: 9000 }, 2000)
      expect((await store.session('s1', 3000))?.grants).toEqual(boat)
      await store.addToken({ ...token('t1', 'bob'), grants: pilot })
      expect(await store.token('t1', 3000)).toMatchObject({ token: { grants: pilot }, bound: boat })
      expect(await store.setGrants('bob', viewer)).toBe('set')
      expect(await store.token('t1', 3000)).toMatchObject({ bound: viewer })
    })

    it('names the groups that users and tokens that hold have roles over', async () => {
      expect(await store.grantedGroups(0)).toEqual([])
      await store.addUser(user('ada', [...admin, { role: 'viewer', over: { group: 'pilots' } }]))
      await store.addToken({ ...token('t1', 'ada', 5000), grants: [{ role: 'viewer', over: { group: 'boats' } }] })
      const { id } = await store.addToken({ ...token('t2', 'ada'), grants: pilot })
      expect(await store.grantedGroups(4999)).toEqual(['boats', 'pilots'])
      expect(await store.grantedGroups(5000)).toEqual(['pilots'])
      await store.setGrants('ada', admin)
      expect(await store.grantedGroups(5000)).toEqual(['pilots'])
      await store.withdrawToken(id, 6000)
      expect(await store.grantedGroups(6000)).toEqual([])
    })

    it('takes one first user of two that come at once', async () => {
      const outcomes = await Promise.all([store.addUser(user('ada', viewer)), store.addUser(user('zoe', admin))])
      expect(outcomes[1]).toBe('added')
      expect(['added', 'admin_needed']).toContain(outcomes[0])
    })

    it('never loses the last admin, not even to two at once', async () => {
      await store.addUser(user('ada', admin))
      expect(await store.setGrants('ada', viewer)).toBe('admin_needed')
      expect(await store.removeUser('ada', 5)).toBe('admin_needed')
      await store.addUser(user('zoe', admin))
      const both = await Promise.all([store.setGrants('ada', viewer), store.removeUser('zoe', 5)])
      expect(both.filter((outcome) => outcome === 'admin_needed')).toHaveLength(1)
      expect(await store.setGrants('nobody', admin)).toBe('unknown')
      expect(await store.removeUser('nobody', 5)).toBe('unknown')
    })

    it('knows sessions by their digest until they end', async () => {
      await store.addUser(user('ada', admin))
      await store.addSession({ hash: 's1', user: 'ada', expiresAt: 9000 }, 2000)
      expect(await store.session('s1', 8999)).toMatchObject({ name: 'ada', lastSignIn: 2000 })
      expect(await store.session('s1', 9000)).toBeUndefined()
      expect(await store.session('s2', 3000)).toBeUndefined()
      await store.endSession('s1')
      expect(await store.session('s1', 3000)).toBeUndefined()
    })

    it('counts wrong passwords in a row, locks, and forgets both at a sign-in or a new password', async () => {
      await store.addUser(user('ada', admin))
      const lock = (failures: number) => (failures >= 2 ? 7000 : null)
      await store.countFailure('ada', lock)
      expect(await store.user('ada')).toMatchObject({ failures: 1, lockedUntil: null })
      await Promise.all([store.countFailure('ada', lock), store.countFailure('ada', lock)])
      expect(await store.user('ada')).toMatchObject({ failures: 3, lockedUntil: 7000 })
      await store.addSession({ hash: 's1', user: 'ada', expiresAt: 9000 }, 2000)
      expect(await store.user('ada')).toMatchObject({ failures: 0, lockedUntil: null })
      await store.countFailure('ada', () => 8000)
      expect(await store.setPassword('ada', 'another')).toBe(true)
      expect(await store.user('ada')).toMatchObject({ failures: 0, lockedUntil: null, passwordHash: 'another' })
      expect(await store.session('s1', 3000)).toBeUndefined()
      expect(await store.setPassword('nobody', 'another')).toBe(false)
      await store.countFailure('nobody', lock)
    })

    it('knows tokens by their digest, with the grants that bound them, until they are over or withdrawn', async () => {
      await store.addUser(user('ada', admin))
      const first = await store.addToken(token('t1', 'ada', 5000))
      const second = await store.addToken(token('t2', null))
      expect(await store.tokens()).toEqual([first, second])
      expect(await store.token('t1', 4999)).toEqual({ token: first, bound: admin })
      expect(await store.token('t1', 5000)).toBeUndefined()
      expect(await store.token('t2', 5000)).toEqual({ token: second, bound: null })
      await store.tokenUsed(second.id, 6000)
      expect((await store.tokens())[1]).toEqual({ ...second, lastUsed: 6000 })
      expect(await store.withdrawToken(second.id, 7000)).toBe(true)
      expect(await store.withdrawToken(second.id, 8000)).toBe(false)
      expect(await store.withdrawToken(99, 8000)).toBe(false)
      expect(await store.token('t2', 7000)).toBeUndefined()
      expect((await store.tokens())[1]?.withdrawnAt).toBe(7000)
    })

    it('lets nobody act for a user who was removed', async () => {
      await store.addUser(user('ada', admin))
      await store.addUser(user('bob'))
      await store.addSession({ hash: 's1', user: 'bob', expiresAt: 9000 }, 2000)
      await store.addToken(token('t1', 'bob'))
      await store.addToken(token('t2', 'ada'))
      expect(await store.removeUser('bob', 3000)).toBe('removed')
      expect(await store.session('s1', 4000)).toBeUndefined()
      expect(await store.token('t1', 4000)).toBeUndefined()
      expect((await store.tokens()).map((each) => each.withdrawnAt)).toEqual([3000, null])
      expect(await store.addUser(user('bob'))).toBe('added')
      expect(await store.session('s1', 4000)).toBeUndefined()
    })
  })
}
