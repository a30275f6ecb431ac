import type { RolloutCounts, RolloutRecord, RolloutTarget } from '@windlass/wire/operator'
import { facts } from '../page/table.ts'
import { shortId } from './name.ts'

/** `3 updated, 1 updating, 12 pending`; what is 0 is left out. */
export function countsText(counts: RolloutCounts): string {
  const order = ['updated', 'updating', 'pending', 'failed', 'rolled_back'] as const
  const told = order.filter((state) => counts[state] > 0)
  return told.map((state) => `${counts[state]} ${state.replace('_', ' ')}`).join(', ') || 'no device yet'
}

export function targetText(to: RolloutTarget): string {
  if ('product' in to) return `every device of product ${shortId(to.product)}`
  return to.devices.length === 1 ? `device ${shortId(to.devices[0] ?? '')}` : `${to.devices.length} devices`
}

export function rolloutPage(rollout: RolloutRecord): string {
  return facts({
    rollout: String(rollout.id),
    package: `${rollout.package} (version ${rollout.version})`,
    to: targetText(rollout.to),
    status: rollout.status,
    started: rollout.startAt ?? rollout.createdAt,
    'metered links': rollout.metered ? 'may be used' : undefined,
    devices: countsText(rollout.counts),
  })
}
