import type { UnitRolloutForecast, UnitRolloutOrder } from '@windlass/wire/operator'
import { FleetError } from '../../fleet-error.ts'
import { planOf } from '../../rollout/plan.ts'
import type { UnitStore } from '../unit-store.ts'
import { unitGroupsIn, unitTargetOf } from './target.ts'
import type { UnitProspect } from './unit-rollout.ts'

export interface UnitForecastPorts {
  store: UnitStore
  office: { online(): Promise<string[]> }
}

/** Says what an order would do; nothing is started. @throws FleetError as `startUnitRollout` does */
export async function forecastUnitRollout(
  { store, office }: UnitForecastPorts,
  order: UnitRolloutOrder,
): Promise<UnitRolloutForecast> {
  const { release } = order
  const releases = new Map((await store.releases()).map(({ id, content }) => [id, content.name]))
  if (!releases.has(release)) throw new FleetError('release_unknown', `expected a release, got ${release}`)
  const groups = await unitGroupsIn(store, order)
  const intended = { release, to: unitTargetOf(order.to, groups), plan: planOf(order, groups) }
  const all = await store.unitProspects(intended, await office.online())
  if (!all) throw new FleetError('unit_unknown', 'expected units of this fleet, got some that never enrolled')
  const meant = all.filter((one) => one.release !== release)
  const from = Map.groupBy(meant, (one) => one.release)
  return {
    units: sum(meant),
    phases: intended.plan.phases.map((_, i) => sum(meant.filter(({ phase }) => phase === i))),
    away: sum(meant.filter(({ online }) => !online)),
    has: sum(all) - sum(meant),
    from: [...from]
      .map(([id, some]) => ({ release: id === null ? null : { id, name: releases.get(id) ?? '' }, units: sum(some) }))
      .sort((x, y) => y.units - x.units || (x.release?.id ?? 0) - (y.release?.id ?? 0)),
  }
}

function sum(some: readonly UnitProspect[]): number {
  return some.reduce((total, { units }) => total + units, 0)
}
