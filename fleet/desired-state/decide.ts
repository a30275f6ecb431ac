import type { IdleReason } from '@windlass/wire/operator'
import type { Attempt, Device, Known, Order } from '../store/records.ts'

/** What a device should run, and why not. `seconds`: whole, from 1 to an hour. `retry`: it failed here before. */
export type Decision =
  | { answer: 'offer'; order: Order; retry: boolean }
  | { answer: 'wait'; order: Order; seconds: number }
  | { answer: 'none'; order: Order | null; reason: IdleReason }

// A device that was told to wait hears of nothing else meanwhile, so it is never told to wait for long.
const longestWaitSeconds = 3600

/**
 * The newest running rollout that fits the device decides. One that has not started yet does not hide an older one
 * that has an offer.
 */
export function decide({ device, orders, attempts }: Known, now: number): Decision {
  const fitting = orders.filter((order) => misfit(device, order) === undefined)
  const started = fitting.find((order) => startsIn(order, now) <= 0)
  const current = started && judge(device, started, attempts)
  if (current?.answer === 'offer') return current
  const coming = fitting.find((o) => startsIn(o, now) > 0 && judge(device, o, attempts).answer === 'offer')
  if (coming) return { answer: 'wait', order: coming, seconds: waitSeconds(startsIn(coming, now)) }
  return current ?? whyNone(device, fitting[0] ?? orders[0], attempts)
}

/** Why an order is not for this device; undefined when it is. */
export function misfit(device: Device, order: Order): IdleReason | undefined {
  if (order.product !== device.product) return 'product_mismatch'
  if (order.hardware !== 'any' && !order.hardware.includes(device.hardware)) return 'hardware_unsupported'
  return undefined
}

function judge(device: Device, order: Order, attempts: readonly Attempt[]): Decision {
  if (device.version === order.version) return { answer: 'none', order, reason: 'up_to_date' }
  const attempt = attempts.find((a) => a.package === order.package)
  if (attempt?.retry) return { answer: 'offer', order, retry: true }
  if (attempt?.state === 'failed') return { answer: 'none', order, reason: 'failed_before' }
  if (attempt?.state === 'rolled_back') return { answer: 'none', order, reason: 'rolled_back_before' }
  return { answer: 'offer', order, retry: false }
}

function whyNone(device: Device, order: Order | undefined, attempts: readonly Attempt[]): Decision {
  if (!order) return { answer: 'none', order: null, reason: 'no_rollout' }
  const reason = misfit(device, order)
  return reason ? { answer: 'none', order, reason } : judge(device, order, attempts)
}

function startsIn(order: Order, now: number): number {
  return (order.startAt ?? 0) - now
}

function waitSeconds(ms: number): number {
  return Math.min(Math.ceil(ms / 1000), longestWaitSeconds)
}
