import type { SimDevice } from '../device/sim-device.ts'
import type { SimFleet } from '../fleet/sim-fleet.ts'
import type { Catalogue } from '../world/catalogue.ts'
import type { Watch } from './watch.ts'

/** What the server knows, held against the devices themselves. */
export interface ServerWorld {
  fleet: SimFleet
  devices: readonly SimDevice[]
  watch: Watch
  catalogue: Catalogue
}

/** The id under which the server knows each device, by its name. */
export async function idsKnown({ store }: SimFleet): Promise<Map<string, string>> {
  const devices = await store.devices({ limit: 1_000 })
  return new Map(devices.map(({ id, identity }) => [String(identity['serial']), id]))
}
