import { filesAddress, packageFiles } from '../fleet/package-server.ts'
import { fleetAddress, type SimFleet } from '../fleet/sim-fleet.ts'
import { mostDiskBytes } from '../invariants/disk-bounded.ts'
import { deviceDiskBytes, settingsFor } from './layout.ts'
import type { DeviceWorld } from './role.ts'
import { SimDevice } from './sim-device.ts'

/** A device that stands alone and asks the fleet by itself. `window`: when it may install. */
export function loneDevice(number: number, world: DeviceWorld, fleet: SimFleet, window: string | undefined): SimDevice {
  return new SimDevice(number, world, {
    name: `dev${number}`,
    settings: settingsFor(window),
    factory: 'factory',
    capacity: deviceDiskBytes,
    mostBytes: mostDiskBytes,
    fars: {
      [fleetAddress]: (request) => fleet.device(request),
      [filesAddress]: packageFiles(world.catalogue),
    },
    programs: {},
  })
}
