import { sha256Of } from '@windlass/trust'
import type { UnitRolloutOrder } from '@windlass/wire/operator'
import { FleetError } from '../../fleet-error.ts'
import { type Book, steered } from '../../rollout/book.ts'
import { planOf } from '../../rollout/plan.ts'
import { abort, approve, pause, resume } from '../../rollout/steer.ts'
import type { OfficePorts } from '../unit-office.ts'
import { unitGroupsIn, unitTargetOf } from './target.ts'
import { tellUnitRollout } from './tell.ts'
import type { UnitRollout } from './unit-rollout.ts'

export interface UnitRolloutPorts extends Pick<OfficePorts, 'store' | 'clock' | 'log' | 'events'> {
  office: { announce(units: readonly string[]): Promise<void> }
}

const atOnce = 100

/** Starts a rollout, once for each `key`. @throws FleetError `release_unknown`, `unit_unknown`, `key_reused`, `group_unknown`, `query_invalid` */
export async function startUnitRollout(
  ports: UnitRolloutPorts,
  order: UnitRolloutOrder,
  key?: string,
): Promise<UnitRollout> {
  const { store, clock } = ports
  const { release } = order
  if (!(await store.release(release))) throw new FleetError('release_unknown', `expected a release, got ${release}`)
  const once = key === undefined ? null : { key, asked: sha256Of(JSON.stringify(order)) }
  const groups = await unitGroupsIn(store, order)
  const intended = { to: unitTargetOf(order.to, groups), plan: planOf(order, groups) }
  const added = await store.addUnitRollout({ release, ...intended, createdAt: clock.now(), once })
  if (!added) throw new FleetError('unit_unknown', 'expected units of this fleet, got some that never enrolled')
  if (added.fresh) tellUnitRollout(ports, added.rollout, 'started')
  else if (added.rollout.asked !== once?.asked)
    throw new FleetError('key_reused', `expected the order of rollout ${added.rollout.id} again, got another`)
  return added.rollout
}

/** No unit is ordered the release until it is resumed. @throws FleetError `rollout_unknown`, `rollout_aborted` */
export async function pauseUnitRollout(ports: UnitRolloutPorts, id: number, reason = 'somebody paused it') {
  return steered(releaseBook(ports), id, 'paused', pause(id, ports.clock.now(), reason), reason)
}

/** Goes on. @throws FleetError `rollout_unknown`, `rollout_aborted`, `rollout_not_paused` */
export async function resumeUnitRollout(ports: UnitRolloutPorts, id: number) {
  return steered(releaseBook(ports), id, 'resumed', resume(id, await ports.store.unitTallies(id)))
}

/** No unit is ordered the release any more; those that were go on. @throws FleetError `rollout_unknown` */
export async function abortUnitRollout(ports: UnitRolloutPorts, id: number) {
  return steered(releaseBook(ports), id, 'aborted', abort(ports.clock.now()))
}

/** Says yes to the next phase. @throws FleetError `rollout_unknown`, `rollout_aborted`, `approval_unexpected` */
export async function approveUnitRollout(ports: UnitRolloutPorts, id: number, by: string) {
  return steered(releaseBook(ports), id, 'approved', approve(id, by), by)
}

/**
 * Aborts it and gives each of its units the release that it was to run before, where there was one. May be said again: what
 * was begun is ended. @throws FleetError `rollout_unknown`
 */
export async function takeBackUnitRollout(ports: UnitRolloutPorts, id: number): Promise<UnitRollout> {
  const rollout = await abortUnitRollout(ports, id)
  let taken = 0
  for (;;) {
    const units = await ports.store.takeBack(id, atOnce)
    if (units.length === 0) break
    taken += units.length
    await ports.office.announce(units)
  }
  if (taken > 0) tellUnitRollout(ports, rollout, 'taken_back', `${taken} units`)
  return rollout
}

/** Orders the release for every unit whose phase is open. */
export async function orderUnits(ports: UnitRolloutPorts, id: number): Promise<void> {
  for (;;) {
    const units = await ports.store.orderNext(id, atOnce, ports.clock.now())
    if (units.length === 0) return
    await ports.office.announce(units)
  }
}

/** Rollouts of releases. */
export function releaseBook(ports: UnitRolloutPorts): Book<UnitRollout> {
  return {
    called: 'a rollout of a release',
    change: (id, next) => ports.store.changeUnitRollout(id, next),
    tell: (rollout, change, detail) => tellUnitRollout(ports, rollout, change, detail),
  }
}
