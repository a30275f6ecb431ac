import type { Standing } from '@windlass/wire/operator'
import type { Decision } from '../desired-state/decide.ts'
import { decide, misfit } from '../desired-state/decide.ts'
import type { Attempt, Device, Known, Order } from '../store/records.ts'

/** Where a rollout stands on one device. The store counts by the same rule. */
export function standingOf(device: Device, order: Order, attempts: readonly Attempt[]): Standing {
  if (device.version === order.version && device.product === order.product) return 'updated'
  const attempt = attempts.find((a) => a.package === order.package)
  if (!attempt || attempt.state === 'offered' || attempt.state === 'updated') return 'pending'
  return attempt.retry && attempt.state !== 'updating' ? 'pending' : attempt.state
}

/** Why this device is not (yet) updated by this rollout, in one sentence; null when it is. */
export function whyNotUpdated(known: Known, order: Order, running: boolean, now: number): string | null {
  const attempt = known.attempts.find((a) => a.package === order.package)
  const state = standingOf(known.device, order, known.attempts)
  if (state === 'updated') return null
  const offered = attempt !== undefined && attempt.offers > 0 && ['offered', 'updating'].includes(attempt.state)
  if (running && offered && known.device.waits !== null) return `the device waits: ${known.device.waits}`
  if (state === 'updating') return `last reported ${attempt?.lastReport ?? 'nothing'}`
  if (state !== 'pending') return attempt?.reason ?? null
  if (!running) return 'the rollout was stopped before the device took it up'
  return whyPending(decide(known, now), order, known, attempt)
}

function whyPending(decision: Decision, order: Order, known: Known, attempt: Attempt | undefined): string {
  if (decision.order && decision.order.rollout > order.rollout) return `rollout ${decision.order.rollout} is newer`
  const unfit = misfit(known.device, order)
  if (unfit === 'product_mismatch') return `the device is of product ${known.device.product}`
  if (unfit === 'hardware_unsupported') return `the package does not support hardware ${known.device.hardware}`
  if (decision.answer === 'wait') return `starts in ${decision.seconds} s or later`
  if (attempt?.retry) return 'to be tried once more when the device asks'
  if (attempt && attempt.offers > 0) return `offered ${attempt.offers} times; the device has not reported yet`
  return 'the device has not asked yet'
}
