import { testClock } from '@windlass/platform/contracts'
import { describe, expect, it } from 'vitest'
import { Life } from './life.ts'
import { machineClock } from './machine-clock.ts'
import { WorldClock } from './world-clock.ts'

testClock('machineClock', () => {
  const world = new WorldClock()
  return { clock: machineClock(world, { ahead: 0 }, new Life()), pass: (ms) => world.run(world.now + ms) }
})

describe('a life', () => {
  it('that ended goes on nowhere: no sleep returns, no handler runs', async () => {
    const world = new WorldClock()
    const life = new Life()
    const clock = machineClock(world, { ahead: 0 }, life)
    const heard: string[] = []
    const work = async () => {
      try {
        await clock.sleep(10)
        heard.push('slept')
        await life.call(() => Promise.reject(new Error('late')))
      } catch {
        heard.push('caught')
      } finally {
        heard.push('finally')
      }
    }
    void work()
    await world.run(5)
    life.end()
    await world.run(100)
    expect(heard).toEqual([])
  })

  it('lets what a call had done stand', async () => {
    const life = new Life()
    let written = false
    void life.call(async () => {
      written = true
    })
    life.end()
    await new WorldClock().run(1)
    expect(written).toBe(true)
  })
})
