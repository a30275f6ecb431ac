import type { FleetEvent } from '@windlass/wire/operator'
import type { OfficePorts } from '../unit-office.ts'
import type { UnitRollout } from './unit-rollout.ts'

type UnitRolloutChange = Extract<FleetEvent, { kind: 'unit_rollout' }>['change']

/** Log line and live event together. `detail`: which phase opened, who approved, why it pauses. */
export function tellUnitRollout(
  { clock, events, log }: Pick<OfficePorts, 'clock' | 'events' | 'log'>,
  { id, release }: UnitRollout,
  change: UnitRolloutChange,
  detail?: string,
): void {
  log.info(`rollout of a release ${change}`, { rollout: id, release, detail })
  const at = new Date(clock.now()).toISOString()
  events.publish({ kind: 'unit_rollout', at, rollout: id, change, ...(detail !== undefined && { detail }) })
}
