import { describe, expect, it } from 'vitest'
import { testClock } from './clock.contract.ts'
import { systemClock } from './clock.ts'
import { endingClock } from './ending-clock.ts'
import { FakeClock } from './fake-clock.ts'

testClock('FakeClock', () => {
  const clock = new FakeClock()
  return { clock, pass: (ms) => clock.advance(ms) }
})
testClock('FakeClock by itself', () => ({ clock: new FakeClock({ auto: true }), pass: async () => undefined }))
testClock('a clock with an end', () => {
  const clock = new FakeClock()
  return { clock: endingClock(clock, new AbortController().signal), pass: (ms) => clock.advance(ms) }
})
testClock('the system clock', () => ({ clock: systemClock, pass: async () => undefined }))

describe('a clock with an end', () => {
  it('wakes all sleepers at its end, and lets nobody fall asleep after it', async () => {
    const end = new AbortController()
    const clock = endingClock(new FakeClock(), end.signal)
    const slept = [clock.sleep(60_000), clock.sleep(60_000, new AbortController().signal)]
    end.abort(new Error('over'))
    for (const one of [...slept, clock.sleep(1)]) await expect(one).rejects.toThrow('over')
  })
})

describe('FakeClock', () => {
  it('wakes a sleeper that falls asleep again within the same advance', async () => {
    const clock = new FakeClock()
    const woken: number[] = []
    const nap = async () => {
      for (;;) {
        await clock.sleep(10)
        woken.push(clock.uptime())
      }
    }
    void nap()
    await clock.advance(35)
    expect(woken).toEqual([10, 20, 30])
    expect([clock.uptime(), clock.sleepers]).toEqual([35, 1])
  })

  it('jumps with the wall clock only', async () => {
    const clock = new FakeClock({ now: 1000 })
    const slept = clock.sleep(10)
    clock.jump(-500)
    expect([clock.now(), clock.uptime(), clock.sleepers]).toEqual([500, 0, 1])
    await clock.advance(10)
    await slept
    expect(clock.now()).toBe(510)
  })

  it('forgets a sleeper whose signal fired', async () => {
    const clock = new FakeClock()
    const stop = new AbortController()
    const slept = clock.sleep(10, stop.signal)
    stop.abort(new Error('stop'))
    await expect(slept).rejects.toThrow('stop')
    expect(clock.sleepers).toBe(0)
  })

  it('moves by itself through a year of naps in no time', async () => {
    const clock = new FakeClock({ auto: true })
    const day = 86_400_000
    for (let days = 0; days < 365; days += 1) await clock.sleep(day)
    expect(clock.uptime()).toBe(365 * day)
  })
})
