import type { ReasonRecord } from '@windlass/wire/operator'
import type { Device, Order } from '../store/records.ts'

/** Why a package is not for this device; undefined when it is. */
export function misfit(
  device: Device,
  { product, hardware }: Pick<Order, 'product' | 'hardware'>,
): { code: ReasonRecord['code']; text: string } | undefined {
  if (product !== device.product)
    return { code: 'product_mismatch', text: `the device is of product ${device.product}` }
  if (hardware === 'any' || hardware.includes(device.hardware)) return undefined
  return { code: 'hardware_unsupported', text: `the package does not support hardware ${device.hardware}` }
}
