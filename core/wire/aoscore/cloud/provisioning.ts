import type { CloudOrder, UnitFact } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, present } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import { errorInfo } from './error-info.ts'
import { listOf } from './fields.ts'
import { asCodename, byCodename } from './identity.ts'

/*
 * Provisioning of nodes over the cloud (aoscore.md 6.5, 8.5).
 */

type Plain<M> = Omit<M, 'kind' | 'correlationId'>
type Start = Plain<CloudOrder & { kind: 'start_provisioning' }>
type Finish = Plain<CloudOrder & { kind: 'finish_provisioning' }>
type Started = Plain<UnitFact & { kind: 'provisioning_started' }>
type Done = Plain<UnitFact & { kind: 'provisioning_finished' }>

const start = v.pipe(
  anyCase({ node: byCodename, password: v.nullish(v.string(), '') }),
  v.transform(({ node, password }): Start => ({ nodeId: node, password })),
)
const finish = v.pipe(
  anyCase({
    node: byCodename,
    certificates: listOf(anyCase({ type: v.string(), chain: v.string() })),
    password: v.nullish(v.string(), ''),
  }),
  v.transform(({ node, certificates, password }): Finish => ({ nodeId: node, certificates, password })),
)
const started = v.pipe(
  anyCase({ node: byCodename, csrs: listOf(anyCase({ type: v.string(), csr: v.string() })), errorInfo }),
  v.transform(({ node, csrs, errorInfo: error }): Started => present({ nodeId: node, csrs, error })),
)
const done = v.pipe(
  anyCase({ node: byCodename, errorInfo }),
  v.transform(({ node, errorInfo: error }): Done => present({ nodeId: node, error })),
)

/** startProvisioningRequest and deprovisioningRequest have one shape. @throws WireError */
export function decodeNodePassword(data: unknown): Start {
  return shape('provisioning', start, data)
}

export function encodeNodePassword({ nodeId, password }: Start) {
  return { node: asCodename(nodeId), password }
}

/** @throws WireError */
export function decodeFinish(data: unknown): Finish {
  return shape('finishProvisioningRequest', finish, data)
}

export function encodeFinish({ nodeId, certificates, password }: Finish) {
  return { node: asCodename(nodeId), certificates, password }
}

/** @throws WireError */
export function decodeStarted(data: unknown): Started {
  return shape('startProvisioningResponse', started, data)
}

export function encodeStarted({ nodeId, csrs, error }: Started) {
  return { node: asCodename(nodeId), errorInfo: error, csrs }
}

/** finishProvisioningResponse and deprovisioningResponse have one shape. @throws WireError */
export function decodeDone(data: unknown): Done {
  return shape('provisioning', done, data)
}

export function encodeDone({ nodeId, error }: Done) {
  return { node: asCodename(nodeId), errorInfo: error }
}
