import { orderVersions } from '@windlass/model'
import type { Device, Order, Rule } from '../store/records.ts'
import { misfit } from './misfit.ts'

/**
 * What a device is offered on its way to an order: the order itself, or first a version that must not be skipped. `needs`: the
 * oldest version from which that can be installed, where the device's is older.
 */
export interface Step {
  order: Order
  needs: string | null
}

/** The next step of a device to what is ordered. Pure. */
export function stepTo(device: Device, order: Order, rules: readonly Rule[]): Step {
  const floor = rules
    .filter((rule) => rule.floor && isBetween(rule, device, order) && !misfit(device, rule))
    .sort((x, y) => orderVersions(x.version, y.version) ?? 0)[0]
  const rule = floor ?? rules.find((one) => one.package === order.package)
  const step = floor ? { ...order, package: floor.package, version: floor.version, hardware: floor.hardware } : order
  const older = rule?.needs != null && !((orderVersions(device.version, rule.needs) ?? -1) >= 0)
  return { order: step, needs: older ? (rule?.needs ?? null) : null }
}

function isBetween(rule: Rule, device: Device, order: Order): boolean {
  const [behind, ahead] = [orderVersions(rule.version, device.version), orderVersions(rule.version, order.version)]
  return behind !== undefined && ahead !== undefined && behind > 0 && ahead < 0
}
