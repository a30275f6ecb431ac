import type { FirewallUpdate } from '@windlass/model/unit'
import type { Networks } from '../ports.ts'
import type { UnitNetwork } from './unit-network.ts'

/** The unit's networks as its nodes ask for them. */
export function servedNetworks(network: UnitNetwork): Networks {
  return {
    nodeNetwork: ({ networkId, nodeId }) => network.nodeNetwork(networkId, nodeId),
    allocate: (wish) => network.allocate(wish),
    releaseInstance: async ({ ident, nodeId }) => network.releaseInstance(ident, nodeId),
    releaseNode: async ({ networkId, nodeId }) => network.releaseNode(networkId, nodeId),
    sync: async ({ nodeId, held }) => network.sync(nodeId, held),
    updates: (nodeId, gone) => updates(network, nodeId, gone),
  }
}

async function* updates(network: UnitNetwork, nodeId: string, gone: AbortSignal): AsyncIterable<FirewallUpdate> {
  const waiting: FirewallUpdate[] = []
  let wake: () => void = () => {}
  gone.addEventListener('abort', () => wake())
  const leave = network.watch(nodeId, (update) => {
    waiting.push(update)
    wake()
  })
  try {
    while (!gone.aborted) {
      const next = waiting.shift()
      if (next) yield next
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  } finally {
    leave()
  }
}
