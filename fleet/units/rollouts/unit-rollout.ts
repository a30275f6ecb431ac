import type { Plan } from '../../rollout/plan.ts'
import type { Progress } from '../../rollout/progress.ts'
import type { Counts } from '../../store/records.ts'
import type { UnitStanding } from '../standing.ts'
import type { UnitTo } from './target.ts'

/** A release on its way to many units. `bounds`: where its phases end on its ring. `asked`: digest of a keyed order. */
export interface UnitRollout {
  id: number
  release: number
  to: UnitTo
  plan: Plan
  bounds: readonly number[]
  progress: Progress
  createdAt: number
  asked: string | null
}

/**
 * One unit of a rollout. A unit that was ordered something else since is none of its units any more. `previous`: the release
 * before this order. `rolled_back`: it was given that again.
 */
export interface UnitMember {
  unit: string
  state: keyof Counts
  phase: number
  orderedAt: number | null
  previous: number | null
}

export interface NewUnitRollout {
  release: number
  to: UnitTo
  plan: Plan
  createdAt: number
  /** The same key again is the same rollout. */
  once: { key: string; asked: string } | null
}

/** So many units of one phase that are to run the same release now, `online` or not. */
export interface UnitProspect {
  phase: number
  release: number | null
  online: boolean
  units: number
}

/** The fleet's records of rollouts to units. Every method is one transaction. */
export interface UnitRolloutStore {
  /** Undefined where a unit is named that is not known. */
  addUnitRollout(order: NewUnitRollout): Promise<{ rollout: UnitRollout; fresh: boolean } | undefined>
  /** Whom the order would be for if it were given now; undefined as above. Nothing is kept. `online`: who would hear of it at once. */
  unitProspects(
    order: Pick<NewUnitRollout, 'release' | 'to' | 'plan'>,
    online: readonly string[],
  ): Promise<UnitProspect[] | undefined>
  /** Newest first. */
  unitRollouts(): Promise<UnitRollout[]>
  /** Those that are neither aborted nor at rest, newest first. */
  unitRolloutsAtWork(): Promise<UnitRollout[]>
  /** Nothing in it can move any more. */
  restUnitRollout(id: number): Promise<void>
  unitRollout(id: number): Promise<UnitRollout | undefined>
  /** Of several fleets one at a time decides. `change` is pure; undefined: stays as it is. */
  changeUnitRollout(
    id: number,
    change: (rollout: UnitRollout) => Progress | undefined,
  ): Promise<UnitRollout | undefined>
  /** How the units of each phase stand. */
  unitTallies(id: number): Promise<Counts[]>
  unitMembers(id: number, limit: number, after?: string): Promise<UnitMember[]>
  /**
   * Gives the release to units that wait for it in a phase that is open, at most `limit`, and says to which. None while the rollout
   * does not run; none that a newer rollout is for.
   */
  orderNext(id: number, limit: number, at: number): Promise<string[]>
  /** Gives units that still are to run this release what they were to run before, and says to which. */
  takeBack(id: number, limit: number): Promise<string[]>
  /** Where a unit stands on its way to a release; nothing where it is to run another by now. */
  noteStanding(unit: string, release: number, standing: UnitStanding['standing']): Promise<void>
}
