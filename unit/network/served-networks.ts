import type { FirewallUpdate, HeldAddress } from '@windlass/model/unit'
import { changes } from '@windlass/platform'
import type { Networks } from '../ports.ts'
import type { UnitNetwork } from './unit-network.ts'

/** The unit's networks as its nodes ask for them. */
export function servedNetworks(network: UnitNetwork): Networks {
  return {
    nodeNetwork: ({ networkId, nodeId }) => network.nodeNetwork(networkId, nodeId),
    networkAt: ({ networkId: address, nodeId }) => network.networkAt(address, nodeId),
    allocate: (wish) => network.allocate(wish),
    releaseInstance: async ({ ident, nodeId }) => network.releaseInstance(ident, nodeId),
    releaseNode: async ({ networkId, nodeId }) => network.releaseNode(networkId, nodeId),
    sync: async ({ nodeId, held }) => network.sync(nodeId, held),
    addresses: (gone) =>
      changes<readonly HeldAddress[]>(
        gone,
        (tell) => network.watchAddresses(tell),
        (queue) => queue.splice(0, queue.length - 1),
      ),
    updates: (nodeId, gone) => changes<FirewallUpdate>(gone, (tell) => network.watch(nodeId, tell)),
  }
}
