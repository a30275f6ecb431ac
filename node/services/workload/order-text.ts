import type { InstanceOrder } from '@windlass/model/unit'
import { nodeOrder } from '@windlass/wire/aoscore'

/** Orders as bytes that are kept: the message of the wire that brought them, which newer versions can read as well. */
export function encodeOrders(start: readonly InstanceOrder[]): Uint8Array {
  return nodeOrder.encode({ kind: 'update_instances', start, stop: [] })
}

/** @throws WireError */
export function decodeOrders(bytes: Uint8Array): readonly InstanceOrder[] {
  const order = nodeOrder.decode(bytes)
  return order.kind === 'update_instances' ? order.start : []
}

export function orderLabel(order: InstanceOrder): string {
  return Buffer.from(encodeOrders([order])).toString('base64')
}

/** Undefined when it is none of ours. */
export function orderOfLabel(label: string): InstanceOrder | undefined {
  try {
    return decodeOrders(Buffer.from(label, 'base64'))[0]
  } catch {
    return undefined
  }
}
