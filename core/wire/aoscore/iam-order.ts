import type { IdentityOrder } from '@windlass/model/unit'
import { wrong } from './checks.ts'
import { type Message, message } from './codec.ts'
import * as iam from './generated/iamanager/v6/iamanager.ts'

type Wire = NonNullable<iam.IAMIncomingMessages['IAMIncomingMessage']>
type Order<K extends IdentityOrder['kind']> = IdentityOrder & { kind: K }

const cases = {
  start_provisioning: 'startProvisioningRequest',
  finish_provisioning: 'finishProvisioningRequest',
  deprovision: 'deprovisionRequest',
  cert_types: 'getCertTypesRequest',
  pause: 'pauseNodeRequest',
  resume: 'resumeNodeRequest',
  create_key: 'createKeyRequest',
  apply_cert: 'applyCertRequest',
} as const satisfies Record<IdentityOrder['kind'], Wire['$case']>

/** iamanager.v6 IAMIncomingMessages: what the main node's identity service asks of another's (aoscore.md 1.9). */
export const identityOrder = message('IAMIncomingMessages', iam.IAMIncomingMessages, encode, decode)

function encode(order: IdentityOrder): iam.IAMIncomingMessages {
  return { IAMIncomingMessage: wireOf(order) }
}

function wireOf(order: IdentityOrder): Wire {
  const { nodeId } = order
  switch (order.kind) {
    case 'start_provisioning':
    case 'finish_provisioning':
    case 'deprovision':
      return { $case: cases[order.kind], value: { nodeId, password: order.password } }
    case 'create_key': {
      const { type, subject, password } = order
      return { $case: cases[order.kind], value: { nodeId, type, subject, password } }
    }
    case 'apply_cert':
      return { $case: cases[order.kind], value: { nodeId, type: order.type, cert: order.chain } }
    case 'cert_types':
    case 'pause':
    case 'resume':
      return { $case: cases[order.kind], value: { nodeId } }
  }
}

function decode(path: string, { IAMIncomingMessage: wire }: iam.IAMIncomingMessages): IdentityOrder {
  switch (wire?.$case) {
    case 'startProvisioningRequest':
      return { kind: 'start_provisioning', ...wire.value }
    case 'finishProvisioningRequest':
      return { kind: 'finish_provisioning', ...wire.value }
    case 'deprovisionRequest':
      return { kind: 'deprovision', ...wire.value }
    case 'getCertTypesRequest':
      return { kind: 'cert_types', ...wire.value }
    case 'pauseNodeRequest':
      return { kind: 'pause', ...wire.value }
    case 'resumeNodeRequest':
      return { kind: 'resume', ...wire.value }
    case 'createKeyRequest':
      return { kind: 'create_key', ...wire.value }
    case 'applyCertRequest': {
      const { nodeId, type, cert } = wire.value
      return { kind: 'apply_cert', nodeId, type, chain: cert }
    }
    case undefined:
      throw wrong(path, 'a request', undefined)
  }
}

/** One kind of order as the request of its own procedure. */
function request<K extends IdentityOrder['kind']>(
  name: string,
  kind: K,
  fns: { encode(value: never): { finish(): Uint8Array }; decode(bytes: Uint8Array): object },
): Message<Order<K>> {
  const wire = fns as Parameters<typeof message<object, Order<K>>>[1]
  return message<object, Order<K>>(
    name,
    wire,
    (order) => wireOf(order).value,
    (path, value) => decode(path, { IAMIncomingMessage: { $case: cases[kind], value } as Wire }) as Order<K>,
  )
}

export const orders = {
  start_provisioning: request('StartProvisioningRequest', 'start_provisioning', iam.StartProvisioningRequest),
  finish_provisioning: request('FinishProvisioningRequest', 'finish_provisioning', iam.FinishProvisioningRequest),
  deprovision: request('DeprovisionRequest', 'deprovision', iam.DeprovisionRequest),
  cert_types: request('GetCertTypesRequest', 'cert_types', iam.GetCertTypesRequest),
  pause: request('PauseNodeRequest', 'pause', iam.PauseNodeRequest),
  resume: request('ResumeNodeRequest', 'resume', iam.ResumeNodeRequest),
  create_key: request('CreateKeyRequest', 'create_key', iam.CreateKeyRequest),
  apply_cert: request('ApplyCertRequest', 'apply_cert', iam.ApplyCertRequest),
} as const
