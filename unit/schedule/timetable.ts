import type { TimetableDay } from '@windlass/model/unit'

/**
 * Milliseconds until a slot of the timetable opens, 0 inside one (aoscore.md 2.2.3: today, and seven days ahead). Slots are
 * local times of `zone`: on the days when clocks change they keep their hour. A slot that such a day lacks opens when the
 * clocks have gone on. The wall clock counts whole milliseconds, so a slot's ends are rounded up to them.
 */
export function untilSlot(timetable: readonly TimetableDay[], nowMs: number, zone: string): number {
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone)
  const waits = Array.from({ length: 8 }, (_, day) => now.toPlainDate().add({ days: day })).flatMap((date) =>
    timetable
      .filter(({ dayOfWeek }) => dayOfWeek === date.dayOfWeek)
      .flatMap(({ timeSlots }) => timeSlots)
      .filter(({ endMs }) => moment(date, Math.ceil(endMs), zone) > nowMs)
      .map(({ startMs }) => Math.max(0, moment(date, Math.ceil(startMs), zone) - nowMs)),
  )
  return Math.min(...waits)
}

const dayMs = 86_400_000

function moment(date: Temporal.PlainDate, ofDay: number, zone: string): number {
  if (ofDay >= dayMs) return moment(date.add({ days: 1 }), ofDay - dayMs, zone)
  const plainTime = Temporal.PlainTime.from({ hour: 0 }).add({ milliseconds: ofDay })
  return date.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds
}
