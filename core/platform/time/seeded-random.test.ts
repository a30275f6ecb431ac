import { expect, it } from 'vitest'
import { SeededRandom } from './seeded-random.ts'

it('repeats itself with the same seed and differs with another', () => {
  const ten = (seed: number) => {
    const random = new SeededRandom(seed)
    return Array.from({ length: 10 }, () => random.next())
  }
  expect(ten(7)).toEqual(ten(7))
  expect(ten(7)).not.toEqual(ten(8))
  expect(new SeededRandom(7).bytes(4)).toEqual(new SeededRandom(7).bytes(4))
})

it('stays in [0, 1) and is even enough', () => {
  const random = new SeededRandom(1)
  const numbers = Array.from({ length: 10_000 }, () => random.next())
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...numbers)).toBeLessThan(1)
  expect(numbers.reduce((sum, one) => sum + one) / numbers.length).toBeCloseTo(0.5, 1)
})
