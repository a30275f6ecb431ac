import type { Clock } from '@windlass/platform'
import type { DeviceDetail } from '@windlass/wire/operator'
import { decide } from '../../desired-state/decide.ts'
import { FleetError } from '../../fleet-error.ts'
import { staysWithin, type Within } from '../../groups/extent.ts'
import type { Openings } from '../../rollout/openings.ts'
import { waitsFor } from '../../rollout/progress.ts'
import type { Store } from '../../store/store.ts'
import { encodeDetail } from './encode.ts'

export interface DetailPorts {
  store: Store
  clock: Clock
  openings: Openings
}

/**
 * All that is known of a device, with what it will be told and why. Rollouts that are for others than who lies within are left out
 * where they only say that. @throws FleetError `device_unknown`
 */
export async function detailOf(
  { store, clock, openings }: DetailPorts,
  id: string,
  within?: Within,
): Promise<DeviceDetail> {
  const now = clock.now()
  const known = await store.known(id, now)
  if (!known) throw new FleetError('device_unknown', `expected a device of this fleet, got ${id}`)
  // Counted only for phases that this device waits for: it is the one part of the reasons that is not at hand.
  const closed = decide(known, now, { openings }).why.filter(({ code }) => code === 'phase_closed')
  const waits = new Map<number, readonly string[]>()
  for (const { rollout, plan, progress } of known.orders)
    if (closed.some((reason) => reason.rollout === rollout))
      waits.set(rollout, waitsFor(plan, progress, await store.tallies(rollout), now))
  const detail = encodeDetail(known, now, { openings, waits: ({ rollout }) => waits.get(rollout) ?? [] })
  if (within === undefined) return detail
  const own = known.orders.filter(({ product, audience }) => audience && staysWithin(within, product, audience.query))
  const isOwn = new Set(own.map(({ rollout }) => rollout))
  const why = detail.why.filter(
    ({ code, rollout }) => code !== 'not_in_group' || (rollout !== null && isOwn.has(rollout)),
  )
  return { ...detail, why }
}
