import type { ErrorInfo } from './error-info.ts'
import type { InstanceIdent } from './instance.ts'

/** Lets traffic to an instance of another network pass. */
export interface FirewallRule {
  dstIp: string
  dstPort: string
  proto: string
  srcIp: string
}

/** What a node needs to build its bridge into an owner's network. */
export interface NodeNetwork {
  subnet: string
  ip: string
  vlanId: number
}

/** An instance that wants an address. `allowedConnections`: `<item>/<port or from-to>/<tcp or udp>`. */
export interface NetworkWish {
  ident: InstanceIdent
  networkId: string
  nodeId: string
  hosts: readonly string[]
  allowedConnections: readonly string[]
  exposedPorts: readonly string[]
}

export interface InstanceNetwork {
  subnet: string
  ip: string
  dnsServers: readonly string[]
  firewallRules: readonly FirewallRule[]
}

/** An address that a node still holds for an instance. */
export interface HeldAddress {
  ident: InstanceIdent
  networkId: string
  ip: string
  firewallRules: readonly FirewallRule[]
}

/** Rules for a running instance whose counterpart only came now. */
export interface FirewallUpdate {
  ident: InstanceIdent
  firewallRules: readonly FirewallRule[]
}

/** An answer that may say why there is none. */
export type Answer<T> = { value: T } | { error: ErrorInfo }
