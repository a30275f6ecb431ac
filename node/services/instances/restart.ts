/** When a service that ended is started again (aoscore.md 5.9). */
export interface RestartRule {
  /** So many restarts within `startIntervalMs`, and it is given up. */
  startBurst: number
  startIntervalMs: number
  restartIntervalMs: number
}

export const defaultRestartRule: RestartRule = { startBurst: 3, startIntervalMs: 5000, restartIntervalMs: 1000 }

/** A service that lived so long counts as well again. */
const soundLifeMs = 60_000
const longestDelayMs = 60_000

const firstRetryMs = 60_000
const longestRetryMs = 3_600_000

/** When what could not be fetched or started is tried again: a disk or a network may do better then. */
export function retryAfterMs(failures: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(30, failures))
}

/** What is remembered of a service's restarts; times are ms of a clock that does not jump. */
export interface RestartHistory {
  /** When it was restarted, oldest first; those beyond the window are forgotten. */
  restarts: readonly number[]
  /** Lives in a row that were not sound. */
  shortLives: number
}

export const noRestarts: RestartHistory = { restarts: [], shortLives: 0 }

export type Verdict = { again: true; at: number; history: RestartHistory } | { again: false; history: RestartHistory }

/**
 * Whether and when a service that ended is started again. The window slides: `startBurst` restarts within any
 * `startIntervalMs` are the end. One that dies more slowly is restarted for ever, after `restartIntervalMs` at first, and each
 * time twice as late once `startBurst` lives in a row were short, at most a minute.
 */
export function afterEnd(history: RestartHistory, rule: RestartRule, startedAt: number, endedAt: number): Verdict {
  const shortLives = endedAt - startedAt < soundLifeMs ? history.shortLives + 1 : 1
  const restarts = history.restarts.filter((at) => endedAt - at < rule.startIntervalMs)
  if (restarts.length >= rule.startBurst) return { again: false, history: { restarts, shortLives } }
  const doublings = Math.min(30, Math.max(0, shortLives - rule.startBurst))
  const longest = Math.max(longestDelayMs, rule.restartIntervalMs)
  const at = endedAt + Math.min(longest, rule.restartIntervalMs * 2 ** doublings)
  return { again: true, at, history: { restarts: [...restarts, at], shortLives } }
}
