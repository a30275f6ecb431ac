import type { Answer, ErrorInfo } from '@windlass/model/unit'
import { errorInfo } from '@windlass/model/unit'
import { type Caller, RpcError, type RpcHandlers } from '@windlass/platform'
import { networkMethods, serviceManagerMethods, unitNetworkMethods } from '@windlass/wire/aoscore'
import type { Images, Networks } from '../ports.ts'
import type { UnitNodes } from './unit-nodes.ts'

interface AnswerPorts {
  nodes: UnitNodes
  images: Pick<Images, 'blobUrl'>
  /** Absent where the unit runs services without networks of their own. */
  networks?: Networks
}

/** Serves servicemanager.v5, SMService and NetworkService (aoscore.md 1.5, 1.6), port 8093 by default. */
export function answerNodes({ nodes, images, networks }: AnswerPorts): (handlers: RpcHandlers) => void {
  return (handlers) => {
    handlers.stream(serviceManagerMethods.register, (link) => void nodes.attend(link))
    handlers.call(serviceManagerMethods.blobUrls, (digests) => blobUrls(digests, images))
    if (networks) answerNetworks(handlers, nodes, networks)
  }
}

/** One that is missing fails the whole call (aoscore.md 1.5). */
function blobUrls(digests: readonly string[], images: Pick<Images, 'blobUrl'>): Promise<string[]> {
  return Promise.all(
    digests.map(async (digest) => {
      const url = await images.blobUrl(digest)
      if (url === undefined) throw new RpcError('not_found', `expected a blob of this unit, got ${digest}`)
      return url
    }),
  )
}

function answerNetworks(handlers: RpcHandlers, nodes: UnitNodes, networks: Networks): void {
  /** The node's own network only (W22); what goes wrong is told inside the answer, as upstream does. */
  const answered = <Ask extends { nodeId: string }, T>(work: (ask: Ask) => Promise<T>) => {
    return async (ask: Ask, { peerName }: Caller): Promise<Answer<T>> => {
      const refusal = nodes.refuses(peerName, ask.nodeId)
      if (refusal !== undefined) throw new RpcError('refused', refusal)
      try {
        return { value: await work(ask) }
      } catch (error) {
        return { error: errorOf(error) }
      }
    }
  }
  const done = <Ask>(work: (ask: Ask) => Promise<void>) => {
    return async (ask: Ask) => {
      await work(ask)
      return true as const
    }
  }
  handlers.call(
    networkMethods.nodeNetwork,
    answered((ask) => networks.nodeNetwork(ask)),
  )
  handlers.call(
    unitNetworkMethods.networkAt,
    answered((ask) => networks.networkAt(ask)),
  )
  handlers.call(
    networkMethods.allocate,
    answered((wish) => networks.allocate(wish)),
  )
  handlers.call(networkMethods.releaseInstance, answered(done((ask) => networks.releaseInstance(ask))))
  handlers.call(networkMethods.releaseNode, answered(done((ask) => networks.releaseNode(ask))))
  handlers.call(networkMethods.sync, answered(done((ask) => networks.sync(ask))))
  handlers.feed(networkMethods.updates, (nodeId, { peerName, gone }) => {
    const refusal = nodes.refuses(peerName, nodeId)
    if (refusal !== undefined) throw new RpcError('refused', refusal)
    return networks.updates(nodeId, gone)
  })
  handlers.feed(unitNetworkMethods.addresses, (_, { gone }) => addressesFor(networks, gone))
}

async function* addressesFor(networks: Networks, gone: AbortSignal) {
  for await (const held of networks.addresses(gone)) yield { nodeId: '', held }
}

function errorOf(error: unknown): ErrorInfo {
  return errorInfo('failed', error instanceof Error ? error.message : String(error))
}
