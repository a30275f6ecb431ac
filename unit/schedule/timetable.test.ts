import type { TimetableDay } from '@windlass/model/unit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { untilSlot } from './timetable.ts'

const hour = 3_600_000
const slot = (from: number, to: number) => ({ startMs: from * hour, endMs: to * hour })
const day = (dayOfWeek: number, ...timeSlots: TimetableDay['timeSlots']): TimetableDay => ({ dayOfWeek, timeSlots })
const at = (text: string, zone = 'UTC') => Temporal.ZonedDateTime.from(`${text}[${zone}]`).epochMilliseconds
const [monday, wednesday, friday] = ['2026-11-23T00:00', '2026-11-25T06:00', '2026-11-27T10:00'].map((text) => at(text))

describe('a timetable', () => {
  it('S8 starts at once when it covers the whole week', () => {
    const always = [1, 2, 3, 4, 5, 6, 7].map((n) => day(n, slot(0, 24)))
    expect(untilSlot(always, friday ?? 0, 'UTC')).toBe(0)
  })

  it('S10 starts in a slot of one nanosecond', () => {
    expect(untilSlot([day(1, { startMs: 0, endMs: 0.000_001 })], monday ?? 0, 'UTC')).toBe(0)
  })

  it('S11 waits for the nearest day', () => {
    const table = [day(2, slot(8, 10), slot(12, 14)), day(3, slot(16, 18), slot(20, 22)), day(1, slot(10, 12))]
    expect(untilSlot(table, monday ?? 0, 'UTC')).toBe(10 * hour)
  })

  it('S12 waits over the week-end', () => {
    const table = [
      day(1, slot(8, 10), slot(12, 14)),
      day(2, slot(16, 18), slot(20, 22)),
      day(3, slot(10, 12)),
      day(4, slot(10, 12)),
      day(5, slot(8, 10)),
    ]
    expect(untilSlot(table, friday ?? 0, 'UTC')).toBe(70 * hour)
  })

  it('S13 waits for the same day of next week', () => {
    expect(untilSlot([day(3, slot(0, 1))], wednesday ?? 0, 'UTC')).toBe(162 * hour)
  })

  it('takes the nearest slot of a day, not the first in the list', () => {
    expect(untilSlot([day(1, slot(20, 22), slot(2, 3))], monday ?? 0, 'UTC')).toBe(2 * hour)
  })

  it('keeps its hour when the clocks change', () => {
    const saturday = at('2026-10-24T12:00', 'Europe/Berlin')
    expect(untilSlot([day(7, slot(12, 13))], saturday, 'Europe/Berlin')).toBe(25 * hour)
  })

  it('opens when the clocks have gone on, where they jump over the slot', () => {
    const night = at('2026-03-29T01:00', 'Europe/Berlin')
    expect(untilSlot([day(7, { startMs: 2.5 * hour, endMs: 5 * hour })], night, 'Europe/Berlin')).toBe(1.5 * hour)
  })

  it('never waits longer than a week and a day, and is open after the wait', () => {
    const slots = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 23 }))
      .filter(([from, to]) => from < to)
      .map(([from, to]) => slot(from, to))
    const days = fc.record({ dayOfWeek: fc.integer({ min: 1, max: 7 }), timeSlots: fc.array(slots, { minLength: 1 }) })
    fc.assert(
      fc.property(fc.array(days, { minLength: 1 }), fc.integer({ min: 0, max: 4_000_000_000_000 }), (table, now) => {
        const wait = untilSlot(table, now, 'Europe/Berlin')
        expect(wait).toBeLessThanOrEqual(8 * 24 * hour)
        expect(untilSlot(table, now + wait, 'Europe/Berlin')).toBe(0)
      }),
    )
  })
})
