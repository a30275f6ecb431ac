import type { Clock } from '@windlass/platform'
import type { DeviceDetail } from '@windlass/wire/operator'
import { decide } from '../../desired-state/decide.ts'
import { FleetError } from '../../fleet-error.ts'
import { waitsFor } from '../../rollout/progress.ts'
import type { Store } from '../../store/store.ts'
import { encodeDetail } from './encode.ts'

/** One device as the operator API shows it. @throws FleetError `device_unknown` */
export async function detailOf({ store, clock }: { store: Store; clock: Clock }, id: string): Promise<DeviceDetail> {
  const known = await store.known(id)
  if (!known) throw new FleetError('device_unknown', `expected a device of this fleet, got ${id}`)
  const now = clock.now()
  // Counted only for phases that this device waits for: it is the one part of the reasons that is not at hand.
  const closed = decide(known, now).why.filter(({ code }) => code === 'phase_closed')
  const waits = new Map<number, readonly string[]>()
  for (const { rollout, plan, progress } of known.orders)
    if (closed.some((reason) => reason.rollout === rollout))
      waits.set(rollout, waitsFor(plan, progress, await store.tallies(rollout), now))
  return encodeDetail(known, now, ({ rollout }) => waits.get(rollout) ?? [])
}
