import type { ReasonRecord } from '@windlass/wire/operator'
import { audienceText, type Given, isMeant, phaseOf } from '../rollout/audience.ts'
import type { Openings } from '../rollout/openings.ts'
import { holdsPlace, tooFast, waitForPlace } from '../rollout/pace.ts'
import { pointOf } from '../rollout/plan.ts'
import { spanText, statusOf } from '../rollout/progress.ts'
import type { Attempt, Known, Order } from '../store/records.ts'
import { misfit } from './misfit.ts'
import { stepTo } from './path.ts'

/** What one rollout says to one device, and why. `code`: for programs; `text`: a sentence; `because`: what stands behind it. */
export type Reason = ReasonRecord

/**
 * `offer`: now. `settled`: never again, as things are. `coming`: later; until then an older rollout may decide. `held`: it
 * decides, and holds the device where it is. `outside`: the rollout is for others. `ms`: how long at least; null: nobody knows.
 */
export type Verdict = { order: Order; reason: Reason } & (
  | { says: 'offer'; retry: boolean }
  | { says: 'settled' }
  | { says: 'outside' }
  | { says: 'coming'; ms: number | null }
  | { says: 'held'; ms: number | null }
)

/** What a verdict needs beside the records. */
export interface Aids {
  openings: Openings
  /** What an order's next phase waits for: known only to those who explain, since it has to be counted. */
  waits?: (order: Order) => readonly string[]
}

/** What an order says to the device it is for: the only place where that is decided. */
export function verdictOf({ device, attempts, rules }: Known, ordered: Order, now: number, aids: Aids): Verdict {
  const { order, needs } = stepTo(device, ordered, rules)
  const name = `rollout ${order.rollout}`
  const reason = (code: Reason['code'], text: string, because: readonly (string | null)[] = []): Reason => ({
    code,
    rollout: order.rollout,
    text,
    because: because.filter((each) => each !== null),
  })
  const unfit = misfit(device, ordered)
  if (unfit) return { says: 'settled', order, reason: reason(unfit.code, `${name}: ${unfit.text}`) }
  const given = givenTo(attempts)
  if (ordered.audience && !isMeant(device, given, ordered)) {
    const text = `${name} is for ${audienceText(ordered.audience)}; the device is not among them`
    return { says: 'outside', order, reason: reason('not_in_group', text) }
  }
  const first =
    order === ordered ? null : `version ${order.version} must not be skipped on the way to ${ordered.version}`
  if (device.version === order.version)
    return { says: 'settled', order, reason: reason('up_to_date', `${name}: the device runs version ${order.version}`) }
  if (needs !== null) {
    const text = `${name}: version ${order.version} needs version ${needs} or newer, the device runs ${device.version}`
    return { says: 'settled', order, reason: reason('version_too_old', text, [first]) }
  }
  const attempt = attempts.find((a) => a.package === order.package)
  const refused = refusalOf(attempt)
  if (refused) {
    const text = `${name}: version ${order.version} ${refused.text}`
    const because = [first, attempt?.reason ?? null, 'it is offered again when somebody allows a retry']
    return { says: 'settled', order, reason: reason(refused.code, text, because) }
  }
  const startsIn = (order.startAt ?? 0) - now
  if (startsIn > 0)
    return {
      says: 'coming',
      ms: startsIn,
      order,
      reason: reason('not_started', `${name} starts in ${spanText(startsIn)}`),
    }
  const phase = phaseOf(device, given, order)
  if (phase > order.progress.phase) {
    const text = `${name}: phase ${phase + 1}, to which the device belongs, is not open`
    return { says: 'coming', ms: null, order, reason: reason('phase_closed', text, aids.waits?.(order)) }
  }
  if (statusOf(order.progress) === 'paused') {
    const because = [order.progress.paused?.reason ?? null]
    return { says: 'held', ms: null, order, reason: reason('paused', `${name} is paused`, because) }
  }
  const { windows, timeZone, speed } = order.plan
  const opening = aids.openings(windows, timeZone, now)
  if (opening.ms !== 0) {
    const text = `${name}: ${opening.text}${opening.ms === null ? '' : `, in ${spanText(opening.ms)}`}`
    return { says: 'held', ms: opening.ms, order, reason: reason('window_closed', text) }
  }
  const hurry = holdsPlace(attempt, now) ? undefined : tooFast(speed, order.pace, now)
  if (hurry !== undefined) {
    const ms = waitForPlace(pointOf(order.rollout, device.id))
    return { says: 'held', ms, order, reason: reason('too_fast', `${name}: ${hurry}`) }
  }
  const retry = attempt?.retry === true
  const because = [first, retry ? 'it failed here before, and somebody allowed a retry' : null]
  return { says: 'offer', retry, order, reason: reason('offer', `${name} offers version ${order.version}`, because) }
}

/** What rollouts gave a device. */
export function givenTo(attempts: readonly Attempt[]): Given[] {
  return attempts.flatMap(({ under }) => under ?? [])
}

function refusalOf(attempt: Attempt | undefined): { code: Reason['code']; text: string } | undefined {
  if (!attempt || attempt.retry) return undefined
  const day = new Date(attempt.at).toISOString().slice(0, 10)
  if (attempt.state === 'failed') return { code: 'failed_before', text: `failed here on ${day}` }
  if (attempt.state === 'rolled_back') return { code: 'rolled_back_before', text: `was taken back here on ${day}` }
  return undefined
}
