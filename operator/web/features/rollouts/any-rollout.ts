import type { RolloutRecord, UnitRolloutRecord } from '@windlass/wire/operator'
import { rolloutState } from './rollout-state.ts'

/** A package on its way to devices, or a release on its way to units. */
export type AnyRollout = { of: 'package'; rollout: RolloutRecord } | { of: 'release'; rollout: UnitRolloutRecord }

/** Both kinds in one list, the newest first. */
export function together(
  packages: readonly RolloutRecord[],
  releases: readonly UnitRolloutRecord[],
): readonly AnyRollout[] {
  const all: AnyRollout[] = [
    ...packages.map((rollout) => ({ of: 'package' as const, rollout })),
    ...releases.map((rollout) => ({ of: 'release' as const, rollout })),
  ]
  return all.toSorted((a, b) => b.rollout.createdAt.localeCompare(a.rollout.createdAt))
}

/** Whether nothing of it will happen any more by itself. */
export function isOver({ rollout }: AnyRollout, now: number): boolean {
  return rollout.status === 'aborted' || rolloutState(rollout, now).meaning === 'done'
}
