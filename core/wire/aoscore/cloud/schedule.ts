import type { Schedule, TimeSlot } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase } from '../../oci/document-schema.ts'
import { duration } from '../../oci/duration.ts'
import { shape } from '../../updatehub/json-shape.ts'
import { listOf } from './fields.ts'
import { decodeTimeOfDay, encodeTimeOfDay } from './time.ts'

/*
 * Schedules come from version 6 of the protocol (aoscore.md 2.2.3); version 7 has none, so they are extra keys. The texts
 * of refusals are AosCore's.
 */

const timeOfDay = (name: string) =>
  v.pipe(
    v.string(),
    v.check((written) => decodeTimeOfDay(written) !== undefined, `${name} value should contain only time`),
    v.transform((written) => decodeTimeOfDay(written) ?? 0),
  )

const timeSlot = v.pipe(
  anyCase({ start: timeOfDay('start'), end: timeOfDay('end') }),
  v.check(({ start, end }) => start < end, 'start value should be before end value'),
  v.transform(({ start, end }): TimeSlot => ({ startMs: start, endMs: end })),
)

const timetableDay = anyCase({
  dayOfWeek: v.pipe(
    v.number(),
    v.check((day) => Number.isInteger(day) && day >= 1 && day <= 7, 'invalid day of week value'),
  ),
  timeSlots: v.pipe(
    listOf(timeSlot),
    v.check((slots) => slots.length > 0, 'no time slots'),
  ),
})

export const scheduleSchema = v.pipe(
  anyCase({ ttl: v.nullish(duration, 0), type: v.nullish(v.string(), ''), timetable: listOf(timetableDay) }),
  v.check(({ type }) => ['', 'force', 'trigger', 'timetable'].includes(type), 'wrong update type'),
  v.check(({ type, timetable }) => type !== 'timetable' || timetable.length > 0, 'timetable is empty'),
  v.transform(({ ttl, type, timetable }): Schedule => {
    const ttlSeconds = ttl / 1000
    if (type === 'timetable') return { type, ttlSeconds, timetable }
    return { type: type === 'trigger' ? 'trigger' : 'force', ttlSeconds }
  }),
)

/** One schedule, from any JSON. @throws WireError */
export function decodeSchedule(path: string, value: unknown): Schedule {
  return shape(path, scheduleSchema, value)
}

export function encodeSchedule(schedule: Schedule) {
  const { type, ttlSeconds } = schedule
  if (schedule.type !== 'timetable') return { ttl: ttlSeconds, type }
  return {
    ttl: ttlSeconds,
    type,
    timetable: schedule.timetable.map(({ dayOfWeek, timeSlots }) => ({
      dayOfWeek,
      timeSlots: timeSlots.map((slot) => ({ start: encodeTimeOfDay(slot.startMs), end: encodeTimeOfDay(slot.endMs) })),
    })),
  }
}
