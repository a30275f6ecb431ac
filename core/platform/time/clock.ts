import { setTimeout as wait } from 'node:timers/promises'

/** Time as a port, so that simulations own it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. May jump in both directions. */
  now(): number
  /** Milliseconds since some fixed moment of this process. Never jumps. */
  uptime(): number
  /** Resolves after `ms` (at least 0, any length). Rejects with the signal's reason when it fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

// A Node timer holds at most 2^31 - 1 ms; longer waits are made of several.
const longestTimer = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  uptime: () => performance.now(),
  async sleep(ms, signal) {
    for (let left = ms; left > 0; left -= longestTimer) await nap(Math.min(left, longestTimer), signal)
    signal?.throwIfAborted()
  },
}

async function nap(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  try {
    await wait(ms, undefined, signal && { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}
