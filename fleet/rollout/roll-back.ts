import { FleetError } from '../fleet-error.ts'
import type { Within } from '../groups/extent.ts'
import type { KeptPackage, Rollout } from '../store/records.ts'
import { abortRollout, type RolloutPorts } from './rollouts.ts'
import { tellRollout } from './tell.ts'

/** What a rollout is taken back with. `left`: devices for which that cannot be done. */
export interface RolledBack {
  aborted: Rollout
  rollouts: readonly Rollout[]
  left: readonly { version: string | null; devices: number }[]
}

/**
 * Aborts a rollout and gives its devices, those that took the package up, what they ran before: one new rollout for each version.
 * Done twice, it starts none twice. @throws FleetError `rollout_unknown`, `roll_back_needless`, and `role_missing` where one of them
 * does not lie within: then nothing is done
 */
export async function rollBack(ports: RolloutPorts, id: number, within?: Within): Promise<RolledBack> {
  if (within !== undefined) await checkAll(ports, id, within)
  const aborted = await abortRollout(ports, id)
  const before = await ports.store.ranBefore(id)
  if (before.length === 0)
    throw new FleetError('roll_back_needless', `expected devices that took it up, got none in ${id}`)
  const packages = await ports.store.packages()
  const rollouts: Rollout[] = []
  const left: { version: string | null; devices: number }[] = []
  for (const { version, devices } of before) {
    const kept = packages.find((one) => isWayBack(one, version, aborted))
    if (kept) rollouts.push(await startBack(ports, aborted, kept, devices))
    else left.push({ version, devices: devices.length })
  }
  return { aborted, rollouts, left }
}

async function checkAll({ store }: RolloutPorts, id: number, within: Within): Promise<void> {
  const devices = (await store.ranBefore(id)).flatMap((some) => some.devices)
  if ((await store.countDevices({ devices, within })) === devices.length) return
  throw new FleetError('role_missing', 'expected devices that one may operate, got some that lie elsewhere by now')
}

// The newest of that version, as it is listed first.
function isWayBack(kept: KeptPackage, version: string | null, { product, package: uid }: Rollout): boolean {
  return kept.product === product && kept.version === version && kept.uid !== uid
}

async function startBack(
  ports: RolloutPorts,
  from: Rollout,
  kept: KeptPackage,
  devices: readonly string[],
): Promise<Rollout> {
  const once = { key: `roll back ${from.rollout} to ${kept.uid}`, asked: 'roll back' }
  const createdAt = ports.clock.now()
  const facts = { package: kept, to: { devices }, createdAt, startAt: null, metered: from.metered, once }
  const added = await ports.store.addRollout(facts)
  if (!added) throw new FleetError('device_unknown', 'expected devices of this fleet, got some that were never seen')
  if (added.fresh) tellRollout(ports, added.rollout, 'started')
  return added.rollout
}
