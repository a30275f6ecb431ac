import type { Clock } from './clock.ts'

/**
 * The clock of something that ends: `end` cuts every sleep short. What a room waits for on its own account, without anyone's
 * signal, would else keep the process for as long as that takes.
 */
export function endingClock(clock: Clock, end: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    uptime: () => clock.uptime(),
    sleep: (ms, signal) => clock.sleep(ms, signal ? AbortSignal.any([signal, end]) : end),
  }
}
