import type { Meaning } from '../../live/meaning.ts'
import type { Share } from '../../parts/proportion.tsx'

/** Devices by what their status means. */
export function deviceShares(counts: Readonly<Record<Meaning, number>>): Share[] {
  return [
    { name: 'updated', meaning: 'done', count: counts.done },
    { name: 'updating', meaning: 'running', count: counts.running },
    { name: 'at rest', meaning: 'waiting', count: counts.waiting },
    { name: 'rolled back', meaning: 'held', count: counts.held },
    { name: 'failed', meaning: 'failed', count: counts.failed },
  ]
}
