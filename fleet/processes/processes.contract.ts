import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Lines } from './lines.ts'
import type { Shared } from './shared.ts'

/** Two processes of one fleet, and a unit that it knows. */
export interface TwoProcesses {
  shared: readonly [Shared, Shared]
  lines: readonly [Lines, Lines]
  unit: string
  /** Makes the first one look as if it had not been heard of for so long. */
  silence(ms: number): Promise<void>
  close(): Promise<void>
}

/** What processes of a fleet may rely on when they stand on the same records. */
export function processesContract(name: string, fresh: () => Promise<TwoProcesses>): void {
  describe(`processes of a fleet on ${name}`, () => {
    let two: TwoProcesses
    beforeEach(async () => {
      two = await fresh()
    })
    afterEach(() => two.close())

    it('agree on what is made once', async () => {
      const [a, b] = two.shared
      const made = await Promise.all([
        a.once('secret', async () => ({ by: 'a' })),
        b.once('secret', async () => ({ by: 'b' })),
      ])
      expect(made[0]).toEqual(made[1])
      expect(await b.once('secret', async () => ({ by: 'later' }))).toEqual(made[0])
      expect(await a.once('other', async () => 1)).toBe(1)
    })

    it('wait for each other under one name, and not under two', async () => {
      const [a, b] = two.shared
      const steps: string[] = []
      const first = Promise.withResolvers<void>()
      const working = a.inTurn('x', async () => {
        steps.push('a begins')
        await first.promise
        steps.push('a ends')
      })
      await expect.poll(() => steps).toEqual(['a begins'])
      const waiting = b.inTurn('x', async () => void steps.push('b'))
      await b.inTurn('y', async () => void steps.push('other'))
      first.resolve()
      await Promise.all([working, waiting])
      expect(steps).toEqual(['a begins', 'other', 'a ends', 'b'])
    })

    it('let the next one work after one that failed', async () => {
      const [a, b] = two.shared
      await expect(a.inTurn('x', async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
      expect(await b.inTurn('x', async () => 'yes')).toBe('yes')
    })

    it('see where a unit is, whoever has it', async () => {
      const [a, b] = two.lines
      await Promise.all([a.beat(), b.beat()])
      expect(await b.isTaken(two.unit)).toBe(false)
      await a.take(two.unit)
      expect(await b.isTaken(two.unit)).toBe(true)
      await b.take(two.unit)
      await a.drop(two.unit)
      expect(await a.isTaken(two.unit)).toBe(true)
      expect(await a.taken()).toEqual([two.unit])
      await b.drop(two.unit)
      expect(await a.isTaken(two.unit)).toBe(false)
      expect(await a.taken()).toEqual([])
    })

    it('count on nobody who left, or was not heard of', async () => {
      const [a, b] = two.lines
      await a.take(two.unit)
      await two.silence(14_000)
      expect(await b.isTaken(two.unit)).toBe(true)
      await two.silence(2_000)
      expect(await b.isTaken(two.unit)).toBe(false)
      expect(await b.taken()).toEqual([])
      await a.beat()
      expect(await b.isTaken(two.unit)).toBe(true)
      await a.leave()
      expect(await b.isTaken(two.unit)).toBe(false)
    })

    it('take a line although they were forgotten', async () => {
      const [a, b] = two.lines
      await a.beat()
      await two.silence(120_000)
      await b.beat()
      await a.take(two.unit)
      expect(await b.isTaken(two.unit)).toBe(true)
    })
  })
}
