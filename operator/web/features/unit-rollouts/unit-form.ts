import type { UnitRecord, UnitRolloutOrder, UnitTarget } from '@windlass/wire/operator'
import { type PhaseDraft, phasesOf } from '../plan/phase-draft.ts'

export interface UnitRolloutDraft {
  release: number
  whom: 'all' | 'model' | 'units'
  model: string
  units: readonly string[]
  /** All but the last phase, which takes the rest. */
  phases: readonly PhaseDraft[]
}

/** What the fleet is asked to do. Wrong numbers are left to it. Pure. */
export function unitOrderOf(draft: UnitRolloutDraft): UnitRolloutOrder {
  return { release: draft.release, to: targetOf(draft), ...phasesOf(draft.phases) }
}

function targetOf({ whom, model, units }: UnitRolloutDraft): UnitTarget {
  if (whom === 'all') return { all: true }
  return whom === 'model' ? { model } : { units: [...units] }
}

export function modelsOf(units: readonly UnitRecord[]): string[] {
  return [...new Set(units.map(({ model }) => model))].toSorted()
}

/** Who of the units is meant now. */
export function meantBy({ whom, model, units }: UnitRolloutDraft, all: readonly UnitRecord[]): UnitRecord[] {
  if (whom === 'all') return [...all]
  return all.filter((unit) => (whom === 'model' ? unit.model === model : units.includes(unit.id)))
}

/** What a rollout of the release would be to each of them: something new at once, something new later, nothing new. */
export function foretold(release: number, meant: readonly UnitRecord[]): { now: number; later: number; has: number } {
  const has = meant.filter((unit) => unit.release?.id === release).length
  const now = meant.filter((unit) => unit.release?.id !== release && unit.connected).length
  return { now, later: meant.length - has - now, has }
}

/** Which releases they have now, the most common first; those that have the new one are left out. */
export function releasesOf(
  release: number,
  meant: readonly UnitRecord[],
): { from: { id: number; name: string } | null; units: number }[] {
  const groups = Map.groupBy(
    meant.filter((unit) => unit.release?.id !== release),
    (unit) => unit.release?.id ?? 0,
  )
  return [...groups.values()]
    .map((some) => ({ from: some[0]?.release ?? null, units: some.length }))
    .toSorted((a, b) => b.units - a.units)
}
