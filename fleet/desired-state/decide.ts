import type { IdleReason } from '@windlass/wire/operator'
import { decommissioned } from '../identity/admission.ts'
import type { Known, Order } from '../store/records.ts'
import { misfit } from './misfit.ts'
import { type Aids, type Reason, type Verdict, verdictOf } from './verdict.ts'

/**
 * What a device should run, and why not. `seconds`: whole, from 1 to an hour. `retry`: it failed here before. `why`: what each
 * rollout says that had a say, newest first.
 */
export type Decision = { why: readonly Reason[] } & (
  | { answer: 'offer'; order: Order; retry: boolean }
  | { answer: 'wait'; order: Order; seconds: number }
  | { answer: 'none'; order: Order | null; reason: IdleReason }
)

// A device that was told to wait hears of nothing else meanwhile, so it is never told to wait for long.
const longestWaitSeconds = 3600

const nothing: Reason = {
  code: 'no_rollout',
  rollout: null,
  text: 'no rollout is for this device or its product',
  because: [],
}

const outOfService: Decision = {
  answer: 'none',
  order: null,
  reason: 'decommissioned',
  why: [{ code: 'decommissioned', rollout: null, text: 'the device was taken out of service', because: [] }],
}

/**
 * The newest rollout that fits the device decides. One that has not come to the device yet does not hide an older one that has
 * an offer; one that holds the device does. The same function answers probes and people.
 */
export function decide(known: Known, now: number, aids: Aids): Decision {
  if (known.device.status === decommissioned) return outOfService
  const heard: Verdict[] = []
  for (const order of known.orders) {
    if (misfit(known.device, order)) continue
    const verdict = verdictOf(known, order, now, aids)
    heard.push(verdict)
    if (verdict.says === 'offer')
      return { answer: 'offer', order: verdict.order, retry: verdict.retry, why: reasons(heard) }
    if (verdict.says === 'outside') continue
    if (verdict.says !== 'coming' && hasStarted(order, now)) break
  }
  const soonest = heard.filter(hasTime).sort((x, y) => x.ms - y.ms)[0]
  const why = reasons(heard)
  if (soonest) return { answer: 'wait', order: soonest.order, seconds: waitSeconds(soonest.ms), why }
  const meant = heard.filter(({ says }) => says !== 'outside')
  const decisive =
    meant.find(({ says }) => says === 'coming') ?? meant.find(({ order }) => hasStarted(order, now)) ?? meant[0]
  if (decisive) return { answer: 'none', order: decisive.order, reason: idle(decisive.reason.code), why }
  return unfit(known, now, aids)
}

function unfit(known: Known, now: number, aids: Aids): Decision {
  const verdicts = known.orders.map((order) => verdictOf(known, order, now, aids))
  const first = verdicts.find(({ says }) => says === 'outside') ?? verdicts[0]
  if (!first) return { answer: 'none', order: null, reason: 'no_rollout', why: [nothing] }
  return { answer: 'none', order: first.order, reason: idle(first.reason.code), why: reasons(verdicts) }
}

function hasStarted({ startAt }: Order, now: number): boolean {
  return (startAt ?? 0) <= now
}

function reasons(verdicts: readonly Verdict[]): Reason[] {
  return verdicts.map(({ reason }) => reason)
}

function hasTime(verdict: Verdict): verdict is Verdict & { ms: number } {
  return 'ms' in verdict && verdict.ms !== null
}

function idle(code: Reason['code']): IdleReason {
  if (code === 'offer' || code === 'not_started') throw new Error(`expected a reason to do nothing, got ${code}`)
  return code
}

function waitSeconds(ms: number): number {
  return Math.min(Math.ceil(ms / 1000), longestWaitSeconds)
}
