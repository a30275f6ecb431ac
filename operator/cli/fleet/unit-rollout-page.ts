import type { UnitAudience, UnitRolloutDetail, UnitRolloutForecast, UnitRolloutRecord } from '@windlass/wire/operator'
import { facts, table } from '../page/table.ts'
import { countsText, phaseLines } from './rollout-page.ts'

export function unitTargetText(to: UnitAudience): string {
  if ('group' in to) return `group ${to.group} (${to.query})`
  if ('query' in to) return `every unit with ${to.query}`
  if ('units' in to) return to.units.length === 1 ? `unit ${to.units[0] ?? ''}` : `${to.units.length} units`
  return 'model' in to ? `every unit of model ${to.model}` : 'every unit'
}

/** With its phases and units where they were read. */
export function unitRolloutPage(rollout: UnitRolloutRecord & Partial<UnitRolloutDetail>): string {
  const { plan, phase, paused, release, phases = [], units = [] } = rollout
  const head = facts({
    rollout: String(rollout.id),
    release: `${release.id} (${release.name})`,
    to: unitTargetText(rollout.to),
    status: rollout.status,
    why: paused ? `${paused.reason} (${paused.at})` : undefined,
    started: rollout.createdAt,
    phase: plan.phases.length > 1 ? `${phase} of ${plan.phases.length}` : undefined,
    ...phaseLines(plan, phases, 'unit'),
    units: countsText(rollout.counts, 'no unit yet'),
  })
  if (units.length === 0) return head
  const rows = units.map((one) => [
    one.unit,
    one.state.replace('_', ' '),
    String(one.phase),
    one.orderedAt ?? '',
    one.previous === null ? '' : String(one.previous),
  ])
  return `${head}\n\n${table(rows, ['UNIT', 'STATE', 'PHASE', 'ORDERED', 'RELEASE BEFORE'])}`
}

/** What an order would do. */
export function unitForecastPage({ units, phases, away, has, from }: UnitRolloutForecast): string {
  const page = facts({
    units: `${units} would be ordered it`,
    ...Object.fromEntries(phases.length > 1 ? phases.map((n, i) => [`  phase ${i + 1}`, String(n)]) : []),
    away: away > 0 ? `${away} of them, who would hear of it when they are back` : undefined,
  })
  const releases = from.map(
    ({ release, units: n }) => `From ${release ? `${release.id} (${release.name})` : 'none'}: ${n}`,
  )
  return [page, ...releases, ...(has > 0 ? [`Left out: ${has} that are to run it already`] : [])].join('\n')
}
