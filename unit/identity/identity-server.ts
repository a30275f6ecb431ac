import type { IdentityOrder, InstalledCertificate, NodeInfo, SystemInfo } from '@windlass/model/unit'
import { changes, RpcError, type RpcHandlers } from '@windlass/platform'
import { identityMethods, identityOrderMethods } from '@windlass/wire/aoscore'
import { bindingRefusal } from '../admission.ts'
import type { CertificateType } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { certificateTypes } from './certificate-types.ts'
import type { NodeIdentity } from './node-identity.ts'
import type { UnitIdentity } from './unit-identity.ts'

const apiVersion = 6

/** What every node answers on both ports (aoscore.md 1.9). */
export function answerNode(node: NodeIdentity): (handlers: RpcHandlers) => void {
  return (handlers) => {
    handlers.call(identityMethods.apiVersion, async () => apiVersion)
    handlers.call(identityMethods.currentNode, async () => node.info())
    handlers.feed(identityMethods.currentNodeChanged, (_, { gone }) =>
      changes<NodeInfo>(gone, (tell) => node.watch(tell)),
    )
    handlers.call(identityMethods.cert, async ({ type, serial }) => {
      const found = certificateOf(node, type)
      if (serial === '' || serial.toLowerCase() === found.serial) return found
      throw new RpcError('not_found', `expected certificate ${serial} of type ${type}, got ${found.serial}`)
    })
    handlers.feed(identityMethods.certChanged, (wanted, { gone }) =>
      changes<InstalledCertificate>(gone, (tell) =>
        node.keys.watch((type) => type === wanted && tell(certificateOf(node, type))),
      ),
    )
  }
}

/** The public port of the main node; 8090 by default. */
export function answerPublic(unit: UnitIdentity, own: NodeIdentity): (handlers: RpcHandlers) => void {
  return (handlers) => {
    answerNode(own)(handlers)
    answerUnit(unit, 'public')(handlers)
  }
}

/** The protected port of the main node; 8089 by default. Other nodes have none of its services: UNIMPLEMENTED there. */
export function answerProtected(unit: UnitIdentity, own: NodeIdentity): (handlers: RpcHandlers) => void {
  return (handlers) => {
    answerNode(own)(handlers)
    answerUnit(unit, 'protected')(handlers)
    for (const method of Object.values(identityOrderMethods))
      handlers.call<IdentityOrder, unknown>(method as never, async (order, { peerName }) => {
        refuseStranger(peerName, order.nodeId, unit, own)
        return unit.obey(order).catch(asRpcError)
      })
  }
}

/** The main node orders any node about, another one only itself (W22). An empty id is the main node's. */
function refuseStranger(peer: string | undefined, nodeId: string, unit: UnitIdentity, own: NodeIdentity): void {
  if (peer === own.nodeId) return
  const isNode = (name: string) => unit.nodeInfos().some((node) => node.nodeId === name)
  const refusal = bindingRefusal(peer, nodeId || own.nodeId, isNode)
  if (refusal !== undefined) throw new RpcError('refused', refusal)
}

function answerUnit(unit: UnitIdentity, port: 'public' | 'protected'): (handlers: RpcHandlers) => void {
  return (handlers) => {
    handlers.call(identityMethods.systemInfo, async (): Promise<SystemInfo> => unit.system())
    handlers.call(identityMethods.subjects, async () => unit.subjects())
    handlers.feed(identityMethods.subjectsChanged, (_, { gone }) =>
      changes<readonly string[]>(gone, (tell) => unit.watchSubjects(tell)),
    )
    handlers.call(identityMethods.nodeIds, async () => unit.nodeInfos().map(({ nodeId }) => nodeId))
    handlers.call(identityMethods.nodeInfo, async (nodeId) => {
      const node = unit.nodeInfos().find((one) => one.nodeId === nodeId)
      if (!node) throw new RpcError('not_found', `expected a node of this unit, got ${nodeId}`)
      return node
    })
    handlers.feed(identityMethods.nodeChanged, (_, { gone }) =>
      changes<NodeInfo>(gone, (tell) => unit.watchNodes(tell)),
    )
    handlers.stream(identityMethods.registerNode, (link) => void unit.attend(link, port))
  }
}

function certificateOf(node: NodeIdentity, type: string): InstalledCertificate {
  const known: CertificateType | undefined = certificateTypes.find((one) => one === type)
  const found = known && node.keys.certificate(known)
  if (found) return found
  throw new RpcError('not_found', `expected a certificate of type ${type}, got none`)
}

function asRpcError(error: unknown): never {
  if (error instanceof UnitError && error.code === 'node_away')
    throw new RpcError('internal', error.message, { cause: error })
  throw error
}
