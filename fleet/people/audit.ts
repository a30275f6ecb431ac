import { createHash } from 'node:crypto'

/** What somebody did, or was refused. `result`: the HTTP status. Instants are milliseconds since 1970. */
export interface Deed {
  at: number
  kind: string
  who: string
  from: string
  action: string
  target: string
  made: string | null
  result: number
  code: string | null
}

/** A deed with its place in the log. Ids are 1, 2, 3 and so on; `hash` ties it to the entry before. */
export interface Entry extends Deed {
  id: number
  hash: string
}

export interface AuditFilter {
  who?: string | undefined
  /** A piece of it. */
  action?: string | undefined
  since?: number | undefined
  until?: number | undefined
  only?: 'done' | 'refused' | undefined
  /** Only entries before this one. */
  before?: number | undefined
  limit: number
}

/** A log that only grows. There is nothing here to change or remove what is in it. */
export interface AuditStore {
  add(deed: Deed): Promise<void>
  /** Newest first. */
  entries(filter: AuditFilter): Promise<Entry[]>
  /** Oldest first, those after `after`. */
  following(after: number, limit: number): Promise<Entry[]>
}

/** What the first entry follows. */
export const firstHash = '0'.repeat(64)

/** The entry that follows. */
export function entryAfter(last: Pick<Entry, 'id' | 'hash'> | undefined, deed: Deed): Entry {
  const id = (last?.id ?? 0) + 1
  return { ...deed, id, hash: hashOf(last?.hash ?? firstHash, id, deed) }
}

/** Counts every hash anew, a piece at a time. */
export async function checkChain(
  store: Pick<AuditStore, 'following'>,
): Promise<{ entries: number; brokenAt: number | null; lastHash: string | null }> {
  let last: Entry | undefined
  let entries = 0
  for (;;) {
    const piece = await store.following(last?.id ?? 0, pieceSize)
    for (const entry of piece) {
      const right = entryAfter(last, entry)
      if (entry.id !== right.id || entry.hash !== right.hash)
        return { entries, brokenAt: right.id, lastHash: last?.hash ?? null }
      last = entry
      entries += 1
    }
    if (piece.length < pieceSize) return { entries, brokenAt: null, lastHash: last?.hash ?? null }
  }
}

const pieceSize = 1000

function hashOf(before: string, id: number, deed: Deed): string {
  const { at, kind, who, from, action, target, made, result, code } = deed
  const text = JSON.stringify([before, id, at, kind, who, from, action, target, made, result, code])
  return createHash('sha256').update(text).digest('hex')
}
