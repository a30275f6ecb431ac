import type { PlanRecord } from '@windlass/wire/operator'
import { countText } from '../../live/quantities.ts'

/** What a plan says beside its phases, each with its name; nothing that it leaves open. */
export function planFacts({ windows, timeZone, speed, health }: PlanRecord): { name: string; text: string }[] {
  const { perMinute, atOnce } = speed
  const fast = [
    ...(perMinute === undefined ? [] : [`${countText(perMinute, 'device')} a minute`]),
    ...(atOnce === undefined ? [] : [`${countText(atOnce, 'device')} under way at once`]),
  ]
  return [
    ...(windows.length > 0 ? [{ name: 'offered', text: `${windows.join('; ')} (${timeZone})` }] : []),
    ...(fast.length > 0 ? [{ name: 'at most', text: fast.join(', ') }] : []),
    ...(health
      ? [
          {
            name: 'pauses',
            text: `when updated devices fare worse (false alarms: ${health.falseAlarmPercent} % of harmless rollouts)`,
          },
        ]
      : []),
  ]
}
