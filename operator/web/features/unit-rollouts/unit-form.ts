import type { UnitRolloutOrder, UnitTarget } from '@windlass/wire/operator'
import { type PhaseDraft, phasesOf } from '../plan/phase-draft.ts'
import type { Chosen } from './chosen.ts'

export interface UnitRolloutDraft {
  release: number
  whom: 'all' | 'model' | 'group' | 'query' | 'units'
  model: string
  group: string
  query: string
  units: readonly string[]
  /** All but the last phase, which takes the rest. */
  phases: readonly PhaseDraft[]
}

export function unitRolloutDraft(release: number, { units = [] }: Chosen): UnitRolloutDraft {
  const whom = units.length > 0 ? 'units' : 'all'
  return { release, whom, model: '', group: '', query: '', units, phases: [] }
}

/** What the fleet is asked to do. Wrong numbers are left to it. Pure. */
export function unitOrderOf(draft: UnitRolloutDraft): UnitRolloutOrder {
  return { release: draft.release, to: targetOf(draft), ...phasesOf(draft.phases) }
}

function targetOf({ whom, model, group, query, units }: UnitRolloutDraft): UnitTarget {
  return {
    all: { all: true as const },
    model: { model },
    group: { group },
    query: { query },
    units: { units: [...units] },
  }[whom]
}
