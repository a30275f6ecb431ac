import { backoff, type Clock, type Log, type Random } from '@windlass/platform'
import type { Progress } from '../objects/port.ts'
import { UpdateError } from '../update-error.ts'
import { Interrupted, sorted } from './interrupted.ts'
import type { DownloadLimits } from './limits.ts'

/** How many bytes are held at first, and who hears of every change. */
export interface Holding {
  held: number
  progress: Progress
}

/**
 * Repeats `attempt` until it returns; it tells how many bytes it holds. Attempts are without limit while that gains ground,
 * which a server that starts over again and again does not.
 * @throws UpdateError with the code of the last interruption; the reason of `stop` when it fires
 */
export async function untilDone(
  attempt: (told: Progress) => Promise<void>,
  { held, progress }: Holding,
  { clock, random, log }: { clock: Clock; random: Random; log: Log },
  limits: DownloadLimits,
  stop: AbortSignal,
): Promise<void> {
  let ground = held
  let reached = held
  const told = (bytes: number) => {
    reached = Math.max(reached, bytes)
    progress(bytes)
  }
  for (let failed = 1; ; failed += 1) {
    try {
      return await attempt(told)
    } catch (error) {
      stop.throwIfAborted()
      const why = sorted(error)
      if (!(why instanceof Interrupted)) throw why
      if (reached - ground >= limits.progressBytes) {
        ground = reached
        failed = 1
      }
      if (failed >= limits.attempts)
        throw new UpdateError(why.code, `${why.message} (attempt ${failed})`, { cause: why })
      const waitMs = Math.round(backoff(limits.backOff, failed, random))
      log.warning('download interrupted', { code: why.code, why: why.message, attempt: failed, waitMs })
      await clock.sleep(waitMs, stop)
    }
  }
}
