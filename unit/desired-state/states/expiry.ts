import { errorInfo } from '@windlass/model/unit'
import type { Clock, RunningTime } from '@windlass/platform'
import { type Expiry, type LegErrors, type Legs, legNames, noErrors } from '../facts.ts'

/** Upstream's words (aoscore.md 2.2.3). */
export const overdue = errorInfo('timeout', 'update timeout')

/** When the last part that waits is over; null when one of them has all the time in the world. */
export function lastExpiry(legs: Legs, expires: Expiry): number | null {
  const waiting = legNames.filter((leg) => legs[leg] === 'waiting').map((leg) => expires[leg])
  return waiting.reduce((last, one) => (last === null || one === null ? null : Math.max(last, one)), 0)
}

/** A signal that fires with `stop`, or when no part of the update may begin any more. `end` stops the waiting. */
export function untilExpiry(
  { legs, expires }: { legs: Legs; expires: Expiry },
  { clock, time }: { clock: Clock; time: RunningTime },
  stop: AbortSignal,
) {
  const at = lastExpiry(legs, expires)
  const over = new AbortController()
  const ended = new AbortController()
  if (at !== null) {
    clock.sleep(Math.max(0, at - time.ms()), AbortSignal.any([stop, ended.signal])).then(
      () => over.abort(new DOMException(overdue.message, 'TimeoutError')),
      () => {},
    )
  }
  return {
    stop: AbortSignal.any([stop, over.signal]),
    expired: () => over.signal.aborted && !stop.aborted,
    errors: overdueErrors(legs),
    end: () => ended.abort(),
  }
}

export function overdueErrors(legs: Legs): LegErrors {
  return {
    sota: legs.sota === 'waiting' ? overdue : noErrors.sota,
    fota: legs.fota === 'waiting' ? overdue : noErrors.fota,
  }
}
