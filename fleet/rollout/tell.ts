import type { Clock, Log } from '@windlass/platform'
import type { FleetEvent } from '@windlass/wire/operator'
import type { Rollout } from '../store/records.ts'
import type { Events } from '../telemetry/events.ts'

type Change = Extract<FleetEvent, { kind: 'rollout' }>['change']

/** Log line and live event together. `detail`: which phase opened, who approved, why it pauses. */
export function tellRollout(
  { clock, events, log }: { clock: Clock; events: Events; log: Log },
  { rollout: id, package: uid, version }: Rollout,
  change: Change,
  detail?: string,
): void {
  log.info(`rollout ${change}`, { rollout: id, package: uid, version, detail })
  const at = new Date(clock.now()).toISOString()
  events.publish({ kind: 'rollout', at, rollout: id, change, ...(detail !== undefined && { detail }) })
}
