import type { DeviceCounts } from '@windlass/wire/operator'
import { type Meaning, statusMeaning } from '../../live/meaning.ts'
import type { Share } from '../../parts/proportion.tsx'

/** How devices are parted everywhere: by what their status means, each part with the query that finds it. */
export const deviceParts = [
  { name: 'updated', meaning: 'done', query: 'status = updated' },
  {
    name: 'updating',
    meaning: 'running',
    query: 'status in (downloading, downloaded, installing, installed, rebooting)',
  },
  {
    name: 'at rest',
    meaning: 'waiting',
    query: 'not status in (updated, downloading, downloaded, installing, installed, rebooting, rolled_back, error)',
  },
  { name: 'rolled back', meaning: 'held', query: 'status = rolled_back' },
  { name: 'failed', meaning: 'failed', query: 'status = error' },
] as const satisfies readonly { name: string; meaning: Meaning; query: string }[]

/** All devices by what their status means. */
export function deviceShares({ byStatus }: Pick<DeviceCounts, 'byStatus'>): Share[] {
  return deviceParts.map(({ name, meaning }) => ({
    name,
    meaning,
    count: byStatus
      .filter(({ status }) => statusMeaning(status) === meaning)
      .reduce((sum, { devices }) => sum + devices, 0),
  }))
}
