import type { Clock, Log } from '@windlass/platform'
import type { RolloutOrder } from '@windlass/wire/operator'
import { FleetError } from '../fleet-error.ts'
import type { Rollout } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Events } from '../telemetry/events.ts'

export interface RolloutPorts {
  store: Store
  clock: Clock
  events: Events
  log: Log
}

/** Starts a rollout. @throws FleetError `package_unknown`, `product_mismatch`, `device_unknown` */
export async function startRollout(ports: RolloutPorts, order: RolloutOrder): Promise<Rollout> {
  const { package: uid, to, startAt, metered = false } = order
  const { store, clock } = ports
  const kept = await store.package(uid)
  if (!kept) throw new FleetError('package_unknown', `expected a package of this fleet, got ${uid}`)
  if ('product' in to && to.product !== kept.product)
    throw new FleetError('product_mismatch', `expected product ${kept.product}, as the package says, got ${to.product}`)
  const start = startAt === undefined ? null : Date.parse(startAt)
  const rollout = await store.addRollout({ package: kept, to, createdAt: clock.now(), startAt: start, metered })
  if (!rollout) throw new FleetError('device_unknown', 'expected devices of this fleet, got some that were never seen')
  tell(ports, rollout, 'started')
  return rollout
}

/** No device is offered the package any more; those under way go on. @throws FleetError `rollout_unknown` */
export async function stopRollout(ports: RolloutPorts, id: number): Promise<Rollout> {
  const rollout = await ports.store.stopRollout(id)
  if (!rollout) throw new FleetError('rollout_unknown', `expected a rollout, got ${id}`)
  tell(ports, rollout, 'stopped')
  return rollout
}

function tell({ clock, events, log }: RolloutPorts, rollout: Rollout, change: 'started' | 'stopped'): void {
  const { rollout: id, package: uid, version } = rollout
  log.info(`rollout ${change}`, { rollout: id, package: uid, version })
  events.publish({ kind: 'rollout', at: new Date(clock.now()).toISOString(), rollout: id, change })
}
