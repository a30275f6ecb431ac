import type { RolloutCounts } from '@windlass/wire/operator'
import type { Share } from './proportion.tsx'

/** A rollout's counts as parts of a whole, the finished first. */
export function sharesOf(counts: RolloutCounts): Share[] {
  return [
    { name: 'updated', meaning: 'done', count: counts.updated },
    { name: 'updating', meaning: 'running', count: counts.updating },
    { name: 'pending', meaning: 'waiting', count: counts.pending },
    { name: 'rolled back', meaning: 'held', count: counts.rolled_back },
    { name: 'failed', meaning: 'failed', count: counts.failed },
  ]
}

export function totalOf(counts: RolloutCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
