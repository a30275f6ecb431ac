import type { Standing } from '@windlass/wire/operator'
import { decide } from '../desired-state/decide.ts'
import { type Aids, verdictOf } from '../desired-state/verdict.ts'
import type { Attempt, Device, Known, Order } from '../store/records.ts'
import { statusOf } from './progress.ts'

/** Where a rollout stands on one device. The store counts by the same rule. */
export function standingOf(device: Device, order: Order, attempts: readonly Attempt[]): Standing {
  if (device.version === order.version && device.product === order.product) return 'updated'
  const attempt = attempts.find((a) => a.package === order.package)
  if (!attempt || attempt.state === 'offered' || attempt.state === 'updated') return 'pending'
  return attempt.retry && attempt.state !== 'updating' ? 'pending' : attempt.state
}

/** Why this device is not (yet) updated by this rollout, in one sentence; null when it is. */
export function whyNotUpdated(known: Known, order: Order, now: number, aids: Aids): string | null {
  const attempt = known.attempts.find((a) => a.package === order.package)
  const state = standingOf(known.device, order, known.attempts)
  if (state === 'updated') return null
  const inForce = statusOf(order.progress) !== 'aborted'
  const offered = attempt !== undefined && attempt.offers > 0 && ['offered', 'updating'].includes(attempt.state)
  if (inForce && offered && known.device.waits !== null) return `the device waits: ${known.device.waits}`
  if (state === 'updating') return `last reported ${attempt?.lastReport ?? 'nothing'}`
  if (state !== 'pending') return attempt?.reason ?? null
  if (!inForce) return 'the rollout was aborted before the device took it up'
  return whyPending(known, order, now, attempt, aids)
}

function whyPending(known: Known, of: Order, now: number, attempt: Attempt | undefined, aids: Aids): string {
  const decision = decide(known, now, aids)
  // As the device hears it: with the pace of the rollout.
  const order = known.orders.find(({ rollout }) => rollout === of.rollout) ?? of
  if (decision.order && decision.order.rollout > order.rollout) return `rollout ${decision.order.rollout} is newer`
  const verdict = verdictOf(known, order, now, aids)
  if (verdict.says !== 'offer') return [verdict.reason.text, ...verdict.reason.because].join('; ')
  if (verdict.order.package !== order.package) return [verdict.reason.text, ...verdict.reason.because].join('; ')
  if (attempt?.retry) return 'to be tried once more when the device asks'
  if (attempt && attempt.offers > 0) return `offered ${attempt.offers} times; the device has not reported yet`
  return 'the device has not asked yet'
}
