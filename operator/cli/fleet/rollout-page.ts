import type {
  PhaseStanding,
  PlanRecord,
  RolloutAudience,
  RolloutCounts,
  RolloutForecast,
  RolloutRecord,
} from '@windlass/wire/operator'
import { bytesText } from '../page/quantities.ts'
import { facts } from '../page/table.ts'
import { shortId } from './name.ts'
import { sizeText } from './phase-text.ts'

/** `3 updated, 1 updating, 12 pending`; what is 0 is left out. */
export function countsText(counts: RolloutCounts, none = 'no device yet'): string {
  const order = ['updated', 'updating', 'pending', 'failed', 'rolled_back'] as const
  const told = order.filter((state) => counts[state] > 0)
  return told.map((state) => `${counts[state]} ${state.replace('_', ' ')}`).join(', ') || none
}

export function targetText(to: RolloutAudience): string {
  if ('product' in to) return `every device of product ${shortId(to.product)}`
  if ('group' in to) return `group ${to.group}${to.query === null ? '' : ` (${to.query})`}`
  if ('query' in to) return `every device with ${to.query}`
  return to.devices.length === 1 ? `device ${shortId(to.devices[0] ?? '')}` : `${to.devices.length} devices`
}

/** `phases`: where they were counted, each with a line of its own and what the next one waits for. */
export function rolloutPage(rollout: RolloutRecord & { phases?: readonly PhaseStanding[] }): string {
  const { plan, phase, paused, phases = [] } = rollout
  return facts({
    rollout: String(rollout.id),
    package: `${rollout.package} (version ${rollout.version})`,
    to: targetText(rollout.to),
    status: rollout.status,
    why: paused ? `${paused.reason} (${paused.at})` : undefined,
    started: rollout.startAt ?? rollout.createdAt,
    'metered links': rollout.metered ? 'may be used' : undefined,
    windows: plan.windows.length > 0 ? `${plan.windows.join('; ')} (${plan.timeZone})` : undefined,
    speed: speedText(rollout),
    health: plan.health ? `watched, with at most ${plan.health.falseAlarmPercent} % false alarms` : undefined,
    phase: plan.phases.length > 1 ? `${phase} of ${plan.phases.length}` : undefined,
    ...phaseLines(plan, phases),
    devices: countsText(rollout.counts),
  })
}

function speedText({ plan: { speed } }: RolloutRecord): string | undefined {
  const { perMinute, atOnce } = speed
  const parts = [perMinute ? `${perMinute} a minute` : '', atOnce ? `${atOnce} at once` : ''].filter((part) => part)
  return parts.length > 0 ? `at most ${parts.join(', ')}` : undefined
}

/** A line for each phase, where there are several. */
export function phaseLines(
  plan: PlanRecord,
  phases: readonly PhaseStanding[],
  what: 'device' | 'unit' = 'device',
): Record<string, string> {
  return Object.fromEntries(phases.length > 1 ? phases.map((one) => phaseLine(plan, one, what)) : [])
}

function phaseLine(
  plan: PlanRecord,
  { number, state, counts, waitsFor }: PhaseStanding,
  what: string,
): [string, string] {
  const size = plan.phases[number - 1]?.size
  const next = waitsFor.length > 0 ? `; the next waits: ${waitsFor.join('; ')}` : ''
  return [
    `  phase ${number}`,
    `${size ? `${sizeText(size, what)}, ` : ''}${state}: ${countsText(counts, `no ${what} yet`)}${next}`,
  ]
}

/** What an order would do. */
export function forecastPage({ devices, phases, bytes, bytesEach, excluded }: RolloutForecast): string {
  const page = facts({
    devices: `${devices} would be offered it`,
    ...Object.fromEntries(phases.length > 1 ? phases.map((n, i) => [`  phase ${i + 1}`, String(n)]) : []),
    bytes: `at most ${bytesText(bytes)}, ${bytesText(bytesEach)} each`,
  })
  return [page, ...excluded.map(({ text, devices: n }) => `Left out: ${n} that ${text}`)].join('\n')
}
