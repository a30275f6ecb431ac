import type { PhaseStanding, UnitRolloutMember, UnitRolloutRecord } from '@windlass/wire/operator'
import { statusOf, sumOf, type Tallies } from '../../rollout/progress.ts'
import type { UnitMember, UnitRollout } from '../../units/rollouts/unit-rollout.ts'
import { encodePhases, encodePlan, moment } from './encode.ts'

/** A rollout of a release as the operator API shows it. `name`: the release's. */
export function encodeUnitRollout(rollout: UnitRollout, name: string, tallies: Tallies): UnitRolloutRecord {
  const { id, release, to, plan, progress, createdAt } = rollout
  const { paused, phase } = progress
  return {
    id,
    release: { id: release, name },
    to: 'units' in to ? { units: [...to.units] } : to,
    status: statusOf(progress),
    createdAt: moment(createdAt),
    plan: encodePlan(plan),
    phase: phase + 1,
    paused: paused && { ...paused, at: moment(paused.at) },
    counts: sumOf(tallies),
  }
}

/** With how far its phases are. */
export function encodeUnitProgress(
  rollout: UnitRollout,
  name: string,
  tallies: Tallies,
  now: number,
): UnitRolloutRecord & { phases: PhaseStanding[] } {
  return { ...encodeUnitRollout(rollout, name, tallies), phases: encodePhases(rollout, tallies, now) }
}

export function encodeUnitMember({ orderedAt, phase, ...member }: UnitMember): UnitRolloutMember {
  return { ...member, phase: phase + 1, orderedAt: orderedAt === null ? null : moment(orderedAt) }
}
