import type { Clock } from '../time/clock.ts'
import type { Random } from '../time/random.ts'

export interface RetryPolicy {
  /** How often the work is done at most; Infinity for as long as it takes. */
  attempts: number
  /** The pause after the first failure. */
  firstDelayMs: number
  /** Each pause is so many times the one before. */
  factor: number
  maxDelayMs: number
  /** 0 to 1: how much of a pause is left to chance, so that a fleet does not come back at one moment. */
  jitter: number
  /** Whether trying again may help. Default: always. */
  mayHelp?: (error: unknown) => boolean
}

/** The pause after that many failures in a row (1 or more), in ms: never more than `maxDelayMs`. */
export function backoff(
  { firstDelayMs, factor, maxDelayMs, jitter }: Omit<RetryPolicy, 'attempts'>,
  failures: number,
  random: Random,
): number {
  const whole = Math.min(maxDelayMs, firstDelayMs * factor ** (failures - 1))
  return whole * (1 - jitter * random.next())
}

/**
 * Does the work until it succeeds. @throws what the work threw last; the signal's reason
 * `work` hears the number of its attempt, from 1.
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  policy: RetryPolicy,
  ports: { clock: Clock; random: Random },
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted()
    try {
      return await work(attempt)
    } catch (error) {
      signal?.throwIfAborted()
      if (attempt >= policy.attempts || policy.mayHelp?.(error) === false) throw error
    }
    await ports.clock.sleep(backoff(policy, attempt, ports.random), signal)
  }
}
