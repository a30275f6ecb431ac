import type { RetryPolicy } from '@windlass/platform'

/** What fetching may cost. Every wait and every retry of this room is bounded by one of these. */
export interface FetchLimits {
  /** Blobs under way at once, over all items. */
  atOnce: number
  /** Rounds in a row (ask where the blob is, try every place) that bring nothing new, until the item is failed. */
  rounds: number
  /** The waits between rounds. */
  backOff: Omit<RetryPolicy, 'attempts' | 'mayHelp'>
  /** New bytes that count as progress. */
  progressBytes: number
  /** The most that a power cut loses, in bytes. */
  syncEveryBytes: number
  /** Between two alerts about one download. */
  alertEveryMs: number
  /** Until a connection stands, and the longest silence of a server. */
  connectTimeoutMs: number
  idleTimeoutMs: number
  /** How long an item that is no longer wanted is kept, and how often that is looked at. */
  keepRemovedMs: number
  sweepEveryMs: number
}

const dayMs = 86_400_000

export const defaultLimits: FetchLimits = {
  atOnce: 4, // aoscore.md 4.4
  rounds: 8, // about five minutes of back-off
  backOff: { firstDelayMs: 2_000, factor: 2, maxDelayMs: 120_000, jitter: 0.3 },
  progressBytes: 64 * 1024,
  syncEveryBytes: 8 * 1024 * 1024,
  alertEveryMs: 30_000,
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 30_000,
  keepRemovedMs: 30 * dayMs, // aoscore.md 4.6
  sweepEveryMs: dayMs,
}
