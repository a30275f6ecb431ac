import { isOpen, parseWindow, untilOpen, type Window } from '@windlass/model'
import { FakeClock, FakeFiles, memoryJournal } from '@windlass/platform/fakes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bell } from './bell.ts'
import { type Held, Hold } from './hold.ts'
import { localPolicy } from './local-policy.ts'

const windows = (...texts: string[]): Window[] => texts.map(parseWindow).filter((w) => w !== undefined)
const hour = 3_600_000

describe('a maintenance window', () => {
  it.each([
    ['daily 02:00-04:30', { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 120, toMinute: 270 }],
    ['Sat,Sun 22:00-02:00', { days: [6, 0], fromMinute: 1320, toMinute: 120 }],
    ['fri-mon 00:00-00:01', { days: [5, 6, 0, 1], fromMinute: 0, toMinute: 1 }],
    ['daily 24:00-01:00', undefined],
    ['someday 01:00-02:00', undefined],
    ['daily 1-2', undefined],
  ])('%s', (text, window) => expect(parseWindow(text)).toEqual(window))

  it('over midnight belongs to the day it begins on', () => {
    const [saturday] = windows('sat 22:00-02:00')
    expect(saturday && isOpen([saturday], 6, 23 * 60)).toBe(true)
    expect(saturday && isOpen([saturday], 0, 60)).toBe(true)
    expect(saturday && isOpen([saturday], 6, 60)).toBe(false)
  })

  it('opens in the local time of its zone, also on the day the clocks change', () => {
    const night = windows('daily 02:30-03:30')
    // Berlin, 29 March 2026: after 01:59 comes 03:00, so of this window only its second half exists.
    const before = Date.UTC(2026, 2, 29, 0, 0)
    expect(untilOpen(night, 'Europe/Berlin', before)).toBe(hour)
    expect(untilOpen(night, 'UTC', before)).toBe(2.5 * hour)
    expect(untilOpen([], 'UTC', before)).toBe(0)
  })

  it('is open when its waiting time is over', () => {
    const any = fc.record({
      days: fc.uniqueArray(fc.nat(6), { minLength: 1 }),
      fromMinute: fc.nat(1439),
      toMinute: fc.nat(1439),
    })
    fc.assert(
      fc.property(any, fc.nat(2 ** 31), (window, seconds) => {
        const now = seconds * 1000
        const wait = untilOpen([window], 'America/New_York', now)
        if (wait !== null) expect(untilOpen([window], 'America/New_York', now + wait)).toBe(0)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the policy of a device alone', () => {
  const noHold = { find: async () => null, changed: new Bell() }
  const offer = {
    uid: '',
    metadata: '',
    signature: null,
    origin: { kind: 'server', address: '' },
    again: false,
    metered: false,
  } as const
  const never = new AbortController().signal

  it('lets in at once without windows and hold', async () => {
    const ports = { clock: new FakeClock(), files: new FakeFiles(), hold: noHold }
    await localPolicy({ windows: [], timeZone: 'UTC', holdFile: '/hold' }, ports).mayInstall(offer, never, () => {})
  })

  it('waits for the window, says why once, and obeys a hold that comes meanwhile', async () => {
    const clock = new FakeClock({ now: Date.UTC(2026, 0, 2, 1, 58) })
    const files = new FakeFiles()
    const said = new Set<string>()
    const hold = new Hold(memoryJournal<Held | null>(), clock)
    let allowed = false
    const policy = { windows: windows('daily 02:00-04:00'), timeZone: 'UTC', holdFile: '/hold' }
    const waiting = localPolicy(policy, { clock, files, hold }).mayInstall(offer, never, (why) => said.add(why))
    void waiting.then(() => (allowed = true))
    await clock.advance(60_000)
    files.put('/hold', '')
    await clock.advance(120_000)
    expect(allowed).toBe(false)
    await files.remove('/hold')
    await hold.put('harvest')
    await clock.advance(60_000)
    expect(allowed).toBe(false)
    await hold.release()
    await waiting
    expect([...said]).toEqual(['window opens 2026-01-02T02:00:00.000Z', 'held by /hold', 'held: harvest'])
  })
})
