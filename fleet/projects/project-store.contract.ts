import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProjectStore } from './project.ts'

const named = (name: string) => ({ name, createdAt: 1000, admin: 'digest' })

/** What every store of projects must do. `fresh` gives an empty one. */
export function projectStoreContract(
  name: string,
  fresh: () => Promise<{ store: ProjectStore; close(): Promise<void> }>,
): void {
  describe(`${name} as a store of projects`, () => {
    let store: ProjectStore
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ store, close } = await fresh())
    })
    afterEach(() => close())
    const states = async () => (await store.projects()).map((project) => `${project.name} ${project.state}`)

    it('has one of a name, by name', async () => {
      expect(await Promise.all([store.add(named('b')), store.add(named('b'))])).toContain(false)
      expect(await store.add(named('a-2'))).toBe(true)
      expect(await store.projects()).toEqual([
        { ...named('a-2'), state: 'creating' },
        { ...named('b'), state: 'creating' },
      ])
    })

    it('moves only from where one thinks that it is', async () => {
      await store.add(named('a'))
      expect(await store.move('a', 'ready', 'removing')).toBe(false)
      expect(await store.move('a', 'creating', 'ready')).toBe(true)
      expect(await store.move('none', 'creating', 'ready')).toBe(false)
      expect(await states()).toEqual(['a ready'])
    })

    it('forgets only what is being removed', async () => {
      await store.add(named('a'))
      await store.forget('a')
      expect(await states()).toEqual(['a creating'])
      await store.move('a', 'creating', 'removing')
      await store.forget('a')
      await store.forget('a')
      expect([await states(), await store.add(named('a'))]).toEqual([[], true])
    })
  })
}
