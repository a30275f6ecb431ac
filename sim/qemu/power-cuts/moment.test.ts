import { SeededRandom } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { drawMoment } from './moment.ts'

const draw = (seed: number) => {
  const random = new SeededRandom(seed)
  return Array.from({ length: 50 }, () => drawMoment(random))
}

describe('the moments at which the plug is pulled', () => {
  it('are the same for the same seed', () => {
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })

  it('lie all over an update', () => {
    expect(new Set(draw(1).map(({ after }) => after)).size).toBe(5)
  })

  it('do not wait for what the update has behind it', () => {
    const random = new SeededRandom(1)
    const marks = Array.from({ length: 50 }, () => drawMoment(random, 'install').after)
    expect(new Set(marks)).toEqual(new Set(['start', 'reboot', 'trial']))
  })
})
