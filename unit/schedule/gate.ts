import type { DesiredState, Schedule } from '@windlass/model/unit'
import { untilSlot } from './timetable.ts'

/**
 * Milliseconds until a part of an update may begin: 0 for now, null for only when it is triggered (aoscore.md 2.2.3). A
 * trigger opens every gate. A part without a schedule is forced.
 */
export function untilOpen(
  schedule: Schedule | undefined,
  triggered: boolean,
  now: number,
  zone: string,
): number | null {
  if (triggered || schedule === undefined || schedule.type === 'force') return 0
  return schedule.type === 'trigger' ? null : untilSlot(schedule.timetable, now, zone)
}

export function scheduleOf(desired: DesiredState, leg: 'sota' | 'fota'): Schedule | undefined {
  return leg === 'sota' ? desired.sotaSchedule : desired.fotaSchedule
}
