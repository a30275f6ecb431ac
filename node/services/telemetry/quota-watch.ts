import type { AlertRule } from '@windlass/model/unit'

/**
 * Where one watched value stands. `rising`, `falling`: the time for a change runs. `high` was told; the next word about it
 * comes after the rule's time. Times are ms of a clock that does not jump.
 */
export type QuotaWatch =
  | { at: 'calm' }
  | { at: 'rising'; since: number }
  | { at: 'high'; since: number }
  | { at: 'falling'; since: number }

type Status = 'raise' | 'continue' | 'fall'

/**
 * One measurement (aoscore.md 9.1). At or above the maximum for the whole time: `raise`. From then on, at or above the minimum:
 * `continue` once per that time; below it for that time: `fall`. A dip or a peak in between begins the time anew.
 */
export function watchQuota(
  watch: QuotaWatch,
  { minTimeoutMs, minThreshold, maxThreshold }: AlertRule,
  value: number,
  now: number,
): { watch: QuotaWatch; status?: Status } {
  const isDue = (since: number) => now - since >= minTimeoutMs
  switch (watch.at) {
    case 'calm':
    case 'rising': {
      if (value < maxThreshold) return { watch: { at: 'calm' } }
      const since = watch.at === 'rising' ? watch.since : now
      return isDue(since) ? { watch: { at: 'high', since: now }, status: 'raise' } : { watch: { at: 'rising', since } }
    }
    case 'high':
    case 'falling': {
      if (value >= minThreshold) {
        const since = watch.at === 'high' ? watch.since : now
        return isDue(since)
          ? { watch: { at: 'high', since: now }, status: 'continue' }
          : { watch: { at: 'high', since } }
      }
      const since = watch.at === 'falling' ? watch.since : now
      return isDue(since) ? { watch: { at: 'calm' }, status: 'fall' } : { watch: { at: 'falling', since } }
    }
  }
}
