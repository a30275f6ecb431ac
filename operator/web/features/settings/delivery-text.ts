import type { DeliveryRecord } from '@windlass/wire/operator'
import type { Meaning } from '../../live/meaning.ts'
import type { Share } from '../../parts/proportion.tsx'

/** How one delivery stands: on its way, there, to be tried again, or given up. */
export function deliveryMeaning({ state, attempts }: Pick<DeliveryRecord, 'state' | 'attempts'>): Meaning {
  if (state === 'delivered') return 'done'
  if (state === 'given_up') return 'failed'
  return attempts === 0 ? 'running' : 'held'
}

/** What came of it, in a few words. */
export function deliveryText({ state, attempts, status, error }: DeliveryRecord): string {
  if (state === 'waiting' && attempts === 0) return 'on its way'
  const tries = attempts === 1 ? 'at the first try' : `after ${attempts} tries`
  if (state === 'delivered') return `answered ${status}, ${tries}`
  const why = error ?? (status === null ? 'no answer' : `answered ${status}`)
  return state === 'given_up'
    ? `given up ${tries}: ${why}`
    : `${why}; ${attempts} ${attempts === 1 ? 'try' : 'tries'} so far`
}

/** The last deliveries of a webhook as parts of a whole. */
export function deliveryShares(list: readonly DeliveryRecord[]): Share[] {
  const count = (meaning: Meaning) => list.filter((one) => deliveryMeaning(one) === meaning).length
  return [
    { name: 'delivered', meaning: 'done', count: count('done') },
    { name: 'on their way', meaning: 'running', count: count('running') },
    { name: 'to be tried again', meaning: 'held', count: count('held') },
    { name: 'given up', meaning: 'failed', count: count('failed') },
  ]
}
