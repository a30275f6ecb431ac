import { type AuditFilter, type AuditStore, type Entry, entryAfter } from './audit.ts'

/** The audit log's fake: the same behaviour, in memory. */
export function memoryAuditStore(): AuditStore {
  const entries: Entry[] = []
  return {
    add: async (deed) => void entries.push(entryAfter(entries.at(-1), deed)),
    entries: async (filter) =>
      entries
        .filter((entry) => isMeant(entry, filter))
        .toReversed()
        .slice(0, filter.limit),
    following: async (after, limit) => entries.filter(({ id }) => id > after).slice(0, limit),
  }
}

function isMeant(entry: Entry, { who, action, since, until, only, before }: AuditFilter): boolean {
  return (
    (who === undefined || entry.who === who) &&
    (action === undefined || entry.action.includes(action)) &&
    (since === undefined || entry.at >= since) &&
    (until === undefined || entry.at < until) &&
    (only === undefined || (only === 'done') === entry.result < 400) &&
    (before === undefined || entry.id < before)
  )
}
