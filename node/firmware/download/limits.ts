import type { RetryPolicy } from '@windlass/platform'

/** What a download may cost. Every wait and every retry in this folder is bounded by one of these. */
export interface DownloadLimits {
  /** Until the connection stands, in ms. */
  connectTimeoutMs: number
  /** Longest silence of the server, in ms. */
  idleTimeoutMs: number
  /** Slower than this on average over `rateWindowMs` of waiting for the server counts as stalled. Bytes per second. */
  minBytesPerSecond: number
  rateWindowMs: number
  /** The most that is taken from the server on average, in bytes per second; null for all it gives. */
  mostBytesPerSecond: number | null
  /** Attempts in a row that together bring less than `progressBytes` of new ground. */
  attempts: number
  progressBytes: number
  /** The waits between attempts. */
  backOff: Omit<RetryPolicy, 'attempts' | 'mayHelp'>
  /** The most that a power cut loses, in bytes. */
  syncEveryBytes: number
}

export const defaultLimits: DownloadLimits = {
  connectTimeoutMs: 10_000, // updatehub.md 3.1
  idleTimeoutMs: 30_000,
  minBytesPerSecond: 1024,
  rateWindowMs: 60_000,
  mostBytesPerSecond: null,
  attempts: 8, // a server that is gone is given up after 1 to 2 minutes of back-off, a silent one after 5 or 6
  progressBytes: 64 * 1024,
  // Half of each wait is left to chance: a fleet that lost its server does not come back at one moment.
  backOff: { firstDelayMs: 1_000, factor: 2, maxDelayMs: 60_000, jitter: 0.5 },
  syncEveryBytes: 8 * 1024 * 1024,
}
