/** When an update may begin (aoscore.md 2.2.3). `ttlSeconds` 0: for ever. */
export type Schedule =
  | { type: 'force'; ttlSeconds: number }
  | { type: 'trigger'; ttlSeconds: number }
  | { type: 'timetable'; ttlSeconds: number; timetable: readonly TimetableDay[] }

/** `dayOfWeek`: 1 is Monday, 7 Sunday. */
export interface TimetableDay {
  dayOfWeek: number
  timeSlots: readonly TimeSlot[]
}

/** From `startMs` up to, not with, `endMs`; milliseconds after local midnight, fractions allowed. */
export interface TimeSlot {
  startMs: number
  endMs: number
}
