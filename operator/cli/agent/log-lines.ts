import type { LogDocument, LogEntry } from '@windlass/wire/updatehub'

/** One line as UpdateHub's own client prints it, with the data behind. */
export function logLine({ time, level, message, data }: LogEntry): string {
  const extra = Object.entries(data).map(([key, value]) => `${key}=${value}`)
  return [time, level.toUpperCase().padEnd(7), message, ...extra].join(' ')
}

/** How many entries were ever recorded; the next new one gets this number. */
export function nextIndex(log: LogDocument): number {
  return log.first_index + log.entries.length
}

/** Entries numbered `from` and above. Numbers only grow, also when the agent begins its log anew (updatehub.md 1.9). */
export function entriesFrom(log: LogDocument, from: number): readonly LogEntry[] {
  // After a restart of the agent the numbers begin at 0 again, and all there is, is new.
  if (nextIndex(log) < from) return log.entries
  return log.entries.slice(Math.max(0, from - log.first_index))
}
