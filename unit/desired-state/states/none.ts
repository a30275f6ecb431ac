import { type OutcomeOf, type Step, stopped } from '@windlass/machine'
import { asksForTheSame, type DesiredState, errorInfo } from '@windlass/model/unit'
import type { In, UpdateManager } from '../diagram.ts'
import { type Expiry, type Leg, type Legs, noErrors, type Refusal } from '../facts.ts'
import { completed, fingerprintOf } from '../goal.ts'
import type { UpdatePorts } from '../ports.ts'
import { legsNeeded } from '../required.ts'

type Outcome = OutcomeOf<UpdateManager, 'none'>

const bothLegs: Legs = { sota: 'waiting', fota: 'waiting' }
const noExpiry: Expiry = { sota: null, fota: null }

/** Judges the newest desired state, if there is one; else waits for orders. */
export async function none(state: In<'none'>, ports: UpdatePorts, { stop }: Step): Promise<Outcome> {
  if (state.next === null) return stopped(stop)
  const desired = completed(state.next, state.installed)
  const refusal = state.refused.find(({ fingerprint }) => fingerprint === fingerprintOf(desired))
  return refusal ? refuse(state, desired, refusal, ports) : judge(state, desired, ports)
}

/** What it replaced may be half-done; as there is no way on, that goes back. */
function refuse({ before }: In<'none'>, desired: DesiredState, refusal: Refusal, ports: UpdatePorts): Outcome {
  ports.log.warning('desired state refused', { during: refusal.during, why: refusal.error.message })
  const error = errorInfo('wrongState', againRefused(refusal))
  const refused = { next: null, errors: { sota: error, fota: error } }
  if (!before) return { on: 'skip', ...refused }
  const going = { legs: bothLegs, expires: noExpiry, sotaTriggered: false, fotaTriggered: false }
  return { on: 'refuse', ...refused, ...going, desired, during: 'none' }
}

/** What is said of a desired state that comes again after it was taken back. */
export function againRefused({ during, error }: Refusal): string {
  return `failed here before, during ${during}: ${error.message}`
}

/** A unit that an update touched and did not finish has to go on even where it already looks right. */
function judge(state: In<'none'>, desired: DesiredState, ports: UpdatePorts): Outcome {
  const needed = legsNeeded(desired, { items: ports.images.statuses(), instances: ports.launcher.statuses() })
  const legs: Legs = state.before ? bothLegs : needed
  if (legs.sota === 'absent' && legs.fota === 'absent') {
    if (!asksForTheSame(desired, state.installed)) ports.log.info('desired state is what the unit is')
    return { on: 'skip', next: null, errors: noErrors }
  }
  const expires: Expiry = { sota: expiry(desired, 'sota', ports), fota: expiry(desired, 'fota', ports) }
  const started = { desired, next: null, legs, expires, errors: noErrors }
  return { on: 'begin', ...started, sotaTriggered: false, fotaTriggered: false }
}

/** A schedule without a time to live gets the default; 0 by default means none (aoscore.md 2.2.2). */
function expiry(desired: DesiredState, leg: Leg, { time, rules }: UpdatePorts): number | null {
  const schedule = leg === 'sota' ? desired.sotaSchedule : desired.fotaSchedule
  const ttlMs = (schedule?.ttlSeconds ?? 0) * 1_000 || rules.defaultTtlMs
  return ttlMs === 0 ? null : time.ms() + ttlMs
}
