import type { InstanceIdent } from '@windlass/model/unit'

/* What service managers ask the unit about networks, as values (aoscore.md 1.6). Addresses are dotted IPv4. */

/** A network as one node sees it: `ip` is the node's own in it. */
export interface NodeNetwork {
  subnet: string
  ip: string
  vlanId: number
}

export interface InstanceNetworkRequest {
  ident: InstanceIdent
  networkId: string
  nodeId: string
  hosts: readonly string[]
  /** `<item>/<port or from-to>/<tcp or udp>` */
  allowedConnections: readonly string[]
  /** `<port>/<tcp or udp>` */
  exposedPorts: readonly string[]
}

export interface InstanceNetwork {
  subnet: string
  ip: string
  dnsServers: readonly string[]
  firewallRules: readonly FirewallRule[]
}

export interface FirewallRule {
  dstIp: string
  dstPort: string
  proto: string
  srcIp: string
}

/** Rules that an instance lacked until its target came. */
export interface FirewallUpdate {
  ident: InstanceIdent
  firewallRules: readonly FirewallRule[]
}

/** An instance as its node has it after they lost each other. */
export interface ReportedInstance {
  ident: InstanceIdent
  networkId: string
  ip: string
  firewallRules: readonly FirewallRule[]
}

export interface InstanceRecord extends InstanceNetworkRequest {
  ip: string
}

export interface NetworkRecord {
  networkId: string
  subnet: string
  vlanId: number
  /** Node → its address. */
  nodes: Readonly<Record<string, string>>
}
