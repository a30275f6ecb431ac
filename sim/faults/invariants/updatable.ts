import type { SimDevice } from '../device/sim-device.ts'
import type { Watch } from './watch.ts'

export const updatable = {
  name: 'updatable',
  says: 'a device can still be updated: once faults stop it ends at the newest release that it is to run',
} as const

export function hasArrived(device: SimDevice, version: string | undefined): boolean {
  return device.running?.version === version && device.state === 'poll'
}

export function checkArrived(devices: readonly SimDevice[], version: string | undefined, watch: Watch): void {
  for (const device of devices) {
    if (hasArrived(device, version)) continue
    watch.broken('updatable', device, `runs ${device.running?.version}, is in ${device.state}`)
  }
}
