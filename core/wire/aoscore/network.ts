import type {
  Answer,
  FirewallRule,
  FirewallUpdate,
  HeldAddress,
  InstanceIdent,
  InstanceNetwork,
  NetworkWish,
  NodeNetwork,
} from '@windlass/model/unit'
import { listOf, most, texts, unsigned, whole, wrong } from './checks.ts'
import { message } from './codec.ts'
import { decodeError, encodeError } from './error-info.ts'
import type { ErrorInfo as WireError } from './generated/common/v2/common.ts'
import * as wire from './generated/servicemanager/v5/network.ts'
import { decodeIdent, encodeIdent } from './instance-ident.ts'

/* servicemanager.v5, network.proto (aoscore.md 1.6). */

export const nodeNetworkRequest = message(
  'GetNodeNetworkParamsRequest',
  wire.GetNodeNetworkParamsRequest,
  (ask: { networkId: string; nodeId: string }) => ask,
  (_, { networkId, nodeId }) => ({ networkId, nodeId }),
)

export const nodeNetwork = message(
  'GetNodeNetworkParamsResponse',
  wire.GetNodeNetworkParamsResponse,
  (answer: Answer<NodeNetwork>) => {
    const { subnet, ip, vlanId } = 'value' in answer ? answer.value : { subnet: '', ip: '', vlanId: 0 }
    return { subnet, ip, vlanId: unsigned(vlanId), ...errorOf(answer) }
  },
  (path, { subnet, ip, vlanId, error }) =>
    answerOf(error, () => ({ subnet, ip, vlanId: whole(`${path}.vlan_id`, vlanId) })),
)

export const networkWish = message(
  'AllocateInstanceNetworkRequest',
  wire.AllocateInstanceNetworkRequest,
  ({ ident, networkId, nodeId, ...item }: NetworkWish) => ({
    instance: encodeIdent(ident),
    networkId,
    nodeId,
    serviceData: {
      hosts: [...item.hosts],
      allowedConnections: [...item.allowedConnections],
      exposedPorts: [...item.exposedPorts],
    },
  }),
  (path, { instance, networkId, nodeId, serviceData }): NetworkWish => {
    const list = (name: string, values: readonly string[] = []) => texts(`${path}.${name}`, most.names, values)
    return {
      ident: decodeIdent(`${path}.instance`, instance),
      networkId,
      nodeId,
      hosts: list('hosts', serviceData?.hosts),
      allowedConnections: list('allowed_connections', serviceData?.allowedConnections),
      exposedPorts: list('exposed_ports', serviceData?.exposedPorts),
    }
  },
)

export const instanceNetwork = message(
  'AllocateInstanceNetworkResponse',
  wire.AllocateInstanceNetworkResponse,
  (answer: Answer<InstanceNetwork>) => {
    const none: InstanceNetwork = { subnet: '', ip: '', dnsServers: [], firewallRules: [] }
    const { subnet, ip, dnsServers, firewallRules } = 'value' in answer ? answer.value : none
    return { subnet, ip, dnsServers: [...dnsServers], firewallRules: [...firewallRules], ...errorOf(answer) }
  },
  (path, { subnet, ip, dnsServers, firewallRules, error }) =>
    answerOf(error, () => ({
      subnet,
      ip,
      dnsServers: texts(`${path}.dns_servers`, most.names, dnsServers),
      firewallRules: rules(path, firewallRules),
    })),
)

export const releaseInstanceNetwork = message(
  'ReleaseInstanceNetworkRequest',
  wire.ReleaseInstanceNetworkRequest,
  ({ ident, nodeId }: { ident: InstanceIdent; nodeId: string }) => ({ instance: encodeIdent(ident), nodeId }),
  (path, { instance, nodeId }) => ({ ident: decodeIdent(`${path}.instance`, instance), nodeId }),
)

export const releaseNodeNetwork = message(
  'ReleaseNodeNetworkRequest',
  wire.ReleaseNodeNetworkRequest,
  (ask: { networkId: string; nodeId: string }) => ask,
  (_, { networkId, nodeId }) => ({ networkId, nodeId }),
)

/** ReleaseInstanceNetworkResponse, ReleaseNodeNetworkResponse and SyncNetworkStateResponse have this one field. */
export const networkDone = message(
  'SyncNetworkStateResponse',
  wire.SyncNetworkStateResponse,
  (answer: Answer<true>) => errorOf(answer),
  (_, { error }) => answerOf(error, () => true as const),
)

export const networkState = message(
  'SyncNetworkStateRequest',
  wire.SyncNetworkStateRequest,
  ({ nodeId, held }: { nodeId: string; held: readonly HeldAddress[] }) => ({
    nodeId,
    instances: held.map(({ ident, networkId, ip, firewallRules }) => ({
      instance: encodeIdent(ident),
      networkId,
      ip,
      firewallRules: [...firewallRules],
    })),
  }),
  (path, { nodeId, instances }) => ({
    nodeId,
    held: listOf(
      `${path}.instances`,
      most.instances,
      instances,
      (at, held): HeldAddress => ({
        ident: decodeIdent(`${at}.instance`, held.instance),
        networkId: held.networkId,
        ip: held.ip,
        firewallRules: rules(at, held.firewallRules),
      }),
    ),
  }),
)

export const networkUpdatesRequest = message(
  'SubscribeInstanceNetworkUpdatesRequest',
  wire.SubscribeInstanceNetworkUpdatesRequest,
  (nodeId: string) => ({ nodeId }),
  (_, { nodeId }) => nodeId,
)

export const firewallUpdate = message(
  'InstanceNetworkUpdateNotification',
  wire.InstanceNetworkUpdateNotification,
  ({ ident, firewallRules }: FirewallUpdate): wire.InstanceNetworkUpdateNotification => ({
    update: {
      $case: 'pendingFirewallUpdate',
      value: { instance: encodeIdent(ident), firewallRules: [...firewallRules] },
    },
  }),
  (path, { update }): FirewallUpdate => {
    if (!update) throw wrong(path, 'one of its messages', undefined)
    const at = `${path}.pending_firewall_update`
    return {
      ident: decodeIdent(`${at}.instance`, update.value.instance),
      firewallRules: rules(at, update.value.firewallRules),
    }
  },
)

function rules(path: string, list: readonly wire.FirewallRule[]): FirewallRule[] {
  return listOf(`${path}.firewall_rules`, most.firewallRules, list, (_, { dstIp, dstPort, proto, srcIp }) => ({
    dstIp,
    dstPort,
    proto,
    srcIp,
  }))
}

function errorOf(answer: Answer<unknown>): { error: WireError | undefined } {
  return { error: 'error' in answer ? encodeError(answer.error) : undefined }
}

function answerOf<T>(error: WireError | undefined, value: () => T): Answer<T> {
  const { error: why } = decodeError(error)
  return why ? { error: why } : { value: value() }
}
