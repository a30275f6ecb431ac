import { expect, it } from 'vitest'
import { createLog } from '../log/create-log.ts'
import { FakeClock } from './fake-clock.ts'
import { KeptRunningTime } from './running-time.ts'

const hour = 3_600_000
const decade = 10 * 365 * 24 * hour

function life(records: { saved: number }, clock: FakeClock) {
  const kept = { runningMs: () => records.saved, saveRunningMs: (ms: number) => void (records.saved = ms) }
  const time = new KeptRunningTime(
    clock,
    kept,
    createLog([], () => 0),
  )
  const quit = new AbortController()
  const ended = time.run(quit.signal)
  return { time, end: () => (quit.abort(), ended) }
}

it('goes on over restarts, whatever the wall clock is set to, and not while nobody runs', async () => {
  const records = { saved: 0 }
  const first = life(records, new FakeClock())
  const clock = new FakeClock({ now: Date.UTC(1970) })
  await first.end()
  const second = life(records, clock)
  await clock.advance(hour)
  clock.jump(decade)
  await clock.advance(hour)
  clock.jump(-2 * decade)
  expect(second.time.ms()).toBe(2 * hour)
  await second.end()
  expect(life(records, new FakeClock()).time.ms()).toBe(2 * hour)
})

it('loses ten minutes at most when the power goes', async () => {
  const records = { saved: 0 }
  const clock = new FakeClock()
  const { time } = life(records, clock)
  await clock.advance(hour - 1)
  expect(time.ms() - records.saved).toBeLessThan(600_000)
})
