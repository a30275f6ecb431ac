import type { NetworkWish } from '@windlass/model/unit'

export interface InstanceRecord extends NetworkWish {
  ip: string
}

export interface NetworkRecord {
  networkId: string
  subnet: string
  vlanId: number
  /** Node → its address. */
  nodes: Readonly<Record<string, string>>
}
