import { describe, expect, it } from 'vitest'
import type { Journal } from './journal.ts'

/** What every Journal promises. `make` gives an empty one, and `again` the same one as a new process would open it. */
export function testJournal(
  name: string,
  make: () => Promise<{ journal: Journal<unknown>; again: () => Promise<Journal<unknown>> }>,
): void {
  describe(`${name} as a journal`, () => {
    it('is empty at first', async () => {
      const { journal } = await make()
      expect(await journal.load()).toBeUndefined()
    })

    it('gives the value last saved, also to the next process', async () => {
      const { journal, again } = await make()
      await journal.save({ at: 'poll' })
      await journal.save({ at: 'probe', tries: [1, 2], none: null })
      expect(await journal.load()).toEqual({ at: 'probe', tries: [1, 2], none: null })
      expect(await (await again()).load()).toEqual({ at: 'probe', tries: [1, 2], none: null })
    })

    it('does not follow a value that changes after it was saved', async () => {
      const { journal } = await make()
      const value = { at: 'poll' }
      await journal.save(value)
      value.at = 'park'
      expect(await journal.load()).toEqual({ at: 'poll' })
    })
  })
}
