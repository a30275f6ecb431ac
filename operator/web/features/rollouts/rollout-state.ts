import type { RolloutRecord } from '@windlass/wire/operator'
import type { Meaning } from '../../live/meaning.ts'

type Told = Pick<RolloutRecord, 'status' | 'counts'> & { startAt?: string | null }

/** How a rollout of either kind stands as a whole. It stays open when all are updated: later ones join it. */
export function rolloutState(
  { status, startAt = null, counts }: Told,
  now: number,
): { meaning: Meaning; text: string } {
  if (status !== 'running') return { meaning: 'held', text: status }
  if (startAt !== null && Date.parse(startAt) > now)
    return { meaning: 'waiting', text: `starts ${new Date(startAt).toLocaleString()}` }
  const open = counts.pending + counts.updating
  if (open > 0 || counts.updated === 0) return { meaning: 'running', text: 'running' }
  return counts.failed + counts.rolled_back > 0
    ? { meaning: 'failed', text: 'nothing moves: some failed' }
    : { meaning: 'done', text: 'all updated' }
}
