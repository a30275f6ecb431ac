import { expect, it } from 'vitest'
import { decodeDesiredState, encodeDesiredState } from './desired-status.ts'
import { decodeTime, decodeTimeOfDay, encodeTime, encodeTimeOfDay } from './time.ts'

const read = (sotaSchedule: unknown) => decodeDesiredState({ sotaSchedule }).sotaSchedule
const week = (timeSlots: unknown, dayOfWeek: unknown = 1) => ({
  type: 'timetable',
  timetable: [{ dayOfWeek, timeSlots }],
})

it.each([
  ['timetable is empty', { type: 'timetable' }],
  ['timetable is empty', { type: 'timetable', timetable: [] }],
  ['invalid day of week value', week([{ start: '08:00', end: '09:00' }], 0)],
  ['invalid day of week value', week([{ start: '08:00', end: '09:00' }], 8)],
  ['no time slots', week([])],
  ['start value should contain only time', week([{ start: '2026-01-05T08:00:00Z', end: '09:00' }])],
  ['end value should contain only time', week([{ start: '08:00', end: 'later' }])],
  ['start value should be before end value', week([{ start: '09:00', end: '09:00' }])],
  ['wrong update type', { type: 'sometimes' }],
])('S9 refuses a schedule with the words "%s"', (words, schedule) => {
  expect(() => read(schedule)).toThrow(words)
})

it('a schedule without a type is one of force', () => {
  expect(read({ ttl: 60 })).toEqual({ type: 'force', ttlSeconds: 60 })
})

it.each(['08:30', 'T08:30', '08:30:00', 'T083000'])('reads the time of day %s', (written) => {
  expect(decodeTimeOfDay(written)).toBe(8.5 * 3_600_000)
})

it.each(['24:00:01', '8:30', '08:60', '', '2026-01-01'])('%j is no time of day', (written) => {
  expect(decodeTimeOfDay(written)).toBeUndefined()
})

it('keeps the fraction of a slot, down to the nanosecond', () => {
  const schedule = read(week([{ start: '00:00:00', end: '00:00:00.000000001' }]))
  expect(schedule).toMatchObject({ timetable: [{ timeSlots: [{ startMs: 0, endMs: 1e-6 }] }] })
  expect(encodeTimeOfDay(1e-6)).toBe('00:00:00.000000001')
  const state = decodeDesiredState({ sotaSchedule: { type: 'trigger', ttl: 5 } })
  expect(encodeDesiredState(state)).toMatchObject({ sotaSchedule: { type: 'trigger', ttl: 5 } })
})

it('writes moments with six digits and reads them with any', () => {
  const ms = Date.UTC(2024, 0, 31, 12)
  expect(encodeTime(ms)).toBe('2024-01-31T12:00:00.000000Z')
  for (const written of [
    '2024-01-31T12:00:00.000000Z',
    '2024-01-31T12:00:00Z',
    '2024-01-31T13:00:00+01:00',
    '2024-01-31 12:00',
  ])
    expect(decodeTime(written)).toBe(ms)
  for (const written of ['yesterday', '2024-13-31T12:00:00Z', '12:00']) expect(decodeTime(written)).toBeUndefined()
})
