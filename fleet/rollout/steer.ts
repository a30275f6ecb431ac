import { FleetError } from '../fleet-error.ts'
import type { Plan } from './plan.ts'
import { failuresOf, type Progress, type Tallies } from './progress.ts'

/** A rollout of any kind as somebody steers it. */
export interface Steered {
  plan: Plan
  progress: Progress
}

/** What becomes of a rollout by somebody's word; undefined: it is so already. May be asked more than once. */
export type Steer = (rollout: Steered) => Progress | undefined

/** @throws FleetError `rollout_aborted` */
export function pause(id: number, at: number, reason: string): Steer {
  return ({ progress }) => {
    refuseAborted(id, progress)
    return progress.paused ? undefined : { ...progress, paused: { at, by: 'operator', reason } }
  }
}

/** Bears the failures so far: those that come count against the limit. @throws FleetError `rollout_aborted`, `rollout_not_paused` */
export function resume(id: number, tallies: Tallies): Steer {
  return ({ progress }) => {
    refuseAborted(id, progress)
    if (!progress.paused) throw new FleetError('rollout_not_paused', `expected a rollout that is paused, got ${id}`)
    return { ...progress, paused: null, borne: tallies.map(failuresOf), health: null }
  }
}

export function abort(at: number): Steer {
  return ({ progress }) => (progress.abortedAt === null ? { ...progress, abortedAt: at } : undefined)
}

/** @throws FleetError `rollout_aborted`, `approval_unexpected` */
export function approve(id: number, by: string): Steer {
  return ({ progress, plan }) => {
    refuseAborted(id, progress)
    const asked = plan.phases[progress.phase]?.gate.approval?.by ?? []
    if (!asked.includes(by)) {
      const whom = asked.length > 0 ? asked.join(', ') : 'nobody'
      throw new FleetError('approval_unexpected', `expected a yes of ${whom} in phase ${progress.phase + 1}, got ${by}`)
    }
    return progress.approvals.includes(by) ? undefined : { ...progress, approvals: [...progress.approvals, by] }
  }
}

function refuseAborted(id: number, { abortedAt }: Progress): void {
  if (abortedAt !== null) throw new FleetError('rollout_aborted', `expected a rollout that was not aborted, got ${id}`)
}
