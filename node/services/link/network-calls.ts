import type { Answer, HeldAddress } from '@windlass/model/unit'
import type { RpcClient } from '@windlass/platform'
import { networkMethods, unitNetworkMethods } from '@windlass/wire/aoscore'
import type { NetworkCalls } from '../network/unit-places.ts'
import { ServicesError } from '../services-error.ts'

/** NetworkService of servicemanager.v5 (aoscore.md 1.6), asked over one connection. */
export function networkCalls(client: RpcClient, nodeId: string): NetworkCalls {
  const { nodeNetwork, allocate, releaseInstance, releaseNode, sync, updates } = networkMethods
  const ask = async <T>(answer: Promise<Answer<T>>): Promise<T> => {
    const came = await answer
    if ('value' in came) return came.value
    throw new ServicesError('unreachable', `the unit gave no network: ${came.error.message}`)
  }
  const done = async (answer: Promise<Answer<true>>): Promise<void> => void (await ask(answer))
  return {
    nodeNetwork: (networkId) => ask(client.call(nodeNetwork, { networkId, nodeId })),
    networkAt: (address) => ask(client.call(unitNetworkMethods.networkAt, { networkId: address, nodeId })),
    allocate: (wish) => ask(client.call(allocate, { ...wish, nodeId })),
    releaseInstance: (ident) => done(client.call(releaseInstance, { ident, nodeId })),
    releaseNode: (networkId) => done(client.call(releaseNode, { networkId, nodeId })),
    sync: (held) => done(client.call(sync, { nodeId, held })),
    updates: (stop) => client.feed(updates, nodeId, stop),
    addresses: (stop) => addressesOf(client, nodeId, stop),
  }
}

async function* addressesOf(
  client: RpcClient,
  nodeId: string,
  stop: AbortSignal,
): AsyncIterable<readonly HeldAddress[]> {
  for await (const { held } of client.feed(unitNetworkMethods.addresses, nodeId, stop)) yield held
}
