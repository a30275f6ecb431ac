import type { Clock, Log } from '@windlass/platform'
import { sha256Of } from '@windlass/trust'
import type { RolloutOrder } from '@windlass/wire/operator'
import { FleetError } from '../fleet-error.ts'
import type { Rollout } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Events } from '../telemetry/events.ts'
import { type Book, steered } from './book.ts'
import { intended, packageFor } from './forecast.ts'
import { abort, approve, pause, resume } from './steer.ts'
import { tellRollout } from './tell.ts'
import { anywhere } from './within.ts'

export interface RolloutPorts {
  store: Store
  clock: Clock
  events: Events
  log: Log
}

/**
 * Starts a rollout, once for each `key`, as far as `leave` goes. @throws FleetError `package_unknown`, `product_mismatch`,
 * `device_unknown`, `key_reused`, `group_unknown`, `query_invalid`, `role_missing`
 */
export async function startRollout(
  ports: RolloutPorts,
  order: RolloutOrder,
  key?: string,
  leave = anywhere,
): Promise<Rollout> {
  const { startAt, metered = false } = order
  const { store, clock } = ports
  const kept = await packageFor(store, order)
  const start = startAt === undefined ? null : Date.parse(startAt)
  // The same words of somebody who may go elsewhere are another order.
  const asked = leave.doing === undefined ? order : [order, leave.doing]
  const once = key === undefined ? null : { key, asked: sha256Of(JSON.stringify(asked)) }
  const facts = { package: kept, createdAt: clock.now(), startAt: start, metered }
  const added = await store.addRollout({ ...facts, ...(await intended(store, kept, order, leave)), once })
  if (!added) throw new FleetError('device_unknown', 'expected devices of this fleet, got some that were never seen')
  if (added.fresh) tellRollout(ports, added.rollout, 'started')
  else if (added.rollout.asked !== once?.asked)
    throw new FleetError('key_reused', `expected the order of rollout ${added.rollout.rollout} again, got another`)
  return added.rollout
}

/** No device is offered the package until it is resumed. @throws FleetError `rollout_unknown`, `rollout_aborted` */
export async function pauseRollout(ports: RolloutPorts, id: number, reason = 'somebody paused it'): Promise<Rollout> {
  return steered(packageBook(ports), id, 'paused', pause(id, ports.clock.now(), reason), reason)
}

/** Goes on; health is compared anew. @throws FleetError `rollout_unknown`, `rollout_aborted`, `rollout_not_paused` */
export async function resumeRollout(ports: RolloutPorts, id: number): Promise<Rollout> {
  return steered(packageBook(ports), id, 'resumed', resume(id, await ports.store.tallies(id)))
}

/** No device is offered the package any more; those under way go on. @throws FleetError `rollout_unknown` */
export async function abortRollout(ports: RolloutPorts, id: number): Promise<Rollout> {
  return steered(packageBook(ports), id, 'aborted', abort(ports.clock.now()))
}

/** Says yes to the next phase. @throws FleetError `rollout_unknown`, `rollout_aborted`, `approval_unexpected` */
export async function approveRollout(ports: RolloutPorts, id: number, by: string): Promise<Rollout> {
  return steered(packageBook(ports), id, 'approved', approve(id, by), by)
}

/** Rollouts of packages. */
export function packageBook(ports: RolloutPorts): Book<Rollout> {
  return {
    called: 'a rollout',
    change: (id, next) => ports.store.changeRollout(id, next),
    tell: (rollout, change, detail) => tellRollout(ports, rollout, change, detail),
  }
}
