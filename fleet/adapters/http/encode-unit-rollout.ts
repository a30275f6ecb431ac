import { printQuery } from '@windlass/model'
import type { PhaseStanding, UnitAudience, UnitRolloutMember, UnitRolloutRecord } from '@windlass/wire/operator'
import { statusOf, sumOf, type Tallies } from '../../rollout/progress.ts'
import type { UnitTo } from '../../units/rollouts/target.ts'
import type { UnitMember, UnitRollout } from '../../units/rollouts/unit-rollout.ts'
import { encodePhases, encodePlan, moment } from './encode.ts'

/** A rollout of a release as the operator API shows it. `name`: the release's. */
export function encodeUnitRollout(rollout: UnitRollout, name: string, tallies: Tallies): UnitRolloutRecord {
  const { id, release, to, plan, progress, createdAt } = rollout
  const { paused, phase } = progress
  return {
    id,
    release: { id: release, name },
    to: encodeTarget(to),
    status: statusOf(progress),
    createdAt: moment(createdAt),
    plan: encodePlan(plan),
    phase: phase + 1,
    paused: paused && { ...paused, at: moment(paused.at) },
    counts: sumOf(tallies),
  }
}

function encodeTarget(to: UnitTo): UnitAudience {
  if ('units' in to) return { units: [...to.units] }
  if (!('query' in to)) return to
  const query = printQuery(to.query)
  return to.group === null ? { query } : { group: to.group, query }
}

/** With how far its phases are. */
export function encodeUnitProgress(
  rollout: UnitRollout,
  name: string,
  tallies: Tallies,
  now: number,
): UnitRolloutRecord & { phases: PhaseStanding[] } {
  return {
    ...encodeUnitRollout(rollout, name, tallies),
    phases: encodePhases(rollout, { all: tallies, seen: tallies }, now),
  }
}

export function encodeUnitMember({ orderedAt, phase, ...member }: UnitMember): UnitRolloutMember {
  return { ...member, phase: phase + 1, orderedAt: orderedAt === null ? null : moment(orderedAt) }
}
