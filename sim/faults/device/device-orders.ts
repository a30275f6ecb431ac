import { packageUrl } from '../fleet/package-server.ts'
import type { Order } from '../scenario.ts'
import type { Release } from '../world/catalogue.ts'
import type { SimDevice } from './sim-device.ts'

/** What somebody beside a device asks of its agent. */
export type DeviceOrder = Extract<Order, { do: 'install-file' | 'install-url' | 'abort' }>
/** What an operator asks of the fleet. */
export type FleetOrder = Exclude<Order, DeviceOrder | UnitOrder>
/** What an operator tells the fleet of a unit. */
export type UnitOrder = Extract<Order, { do: 'release' }>

const kinds: readonly Order['do'][] = ['install-file', 'install-url', 'abort'] satisfies DeviceOrder['do'][]

export function isDeviceOrder(order: Order): order is DeviceOrder {
  return kinds.includes(order.do)
}

/** Path and body for the local API (updatehub.md 1.5 to 1.7); the stick is plugged in where the file lies on one. */
export function deviceRequest(order: DeviceOrder, release: Release | undefined, device: SimDevice): [string, object] {
  if (!release) return ['/update/download/abort', {}]
  if (order.do === 'install-url') return ['/remote_install', { url: packageUrl(release) }]
  return ['/local_install', { file: device.plugIn(release) }]
}
