import type { IdentityAnswer, IdentityFact } from '@windlass/model/unit'
import { most, texts, wrong } from './checks.ts'
import { type Message, message } from './codec.ts'
import { decodeError, encodeError } from './error-info.ts'
import * as iam from './generated/iamanager/v6/iamanager.ts'
import { decodeCertificate, encodeCertificate } from './iam-certificate.ts'
import { decodeNodeInfo, encodeNodeInfo } from './iam-node-info.ts'

type Wire = NonNullable<iam.IAMOutgoingMessages['IAMOutgoingMessage']>
type Answer<K extends IdentityAnswer['kind']> = IdentityAnswer & { kind: K }

const cases = {
  start_provisioning: 'startProvisioningResponse',
  finish_provisioning: 'finishProvisioningResponse',
  deprovision: 'deprovisionResponse',
  cert_types: 'certTypesResponse',
  pause: 'pauseNodeResponse',
  resume: 'resumeNodeResponse',
  create_key: 'createKeyResponse',
  apply_cert: 'applyCertResponse',
} as const satisfies Record<IdentityAnswer['kind'], Wire['$case']>

const noCertificate = { type: '', certUrl: '', keyUrl: '', serial: Buffer.alloc(0), issuer: Buffer.alloc(0) }

/** iamanager.v6 IAMOutgoingMessages: what another node's identity service tells the main one's (aoscore.md 1.9). */
export const identityFact = message('IAMOutgoingMessages', iam.IAMOutgoingMessages, encode, decode)

function encode(fact: IdentityFact): iam.IAMOutgoingMessages {
  if (fact.kind === 'answer') return { IAMOutgoingMessage: wireOf(fact.answer) }
  return { IAMOutgoingMessage: { $case: 'nodeInfo', value: encodeNodeInfo(fact.node) } }
}

function wireOf(answer: IdentityAnswer): Wire {
  const error = encodeError(answer.error)
  switch (answer.kind) {
    case 'cert_types':
      return { $case: cases[answer.kind], value: { types: [...answer.types] } }
    case 'create_key': {
      const { nodeId, type, csr } = answer
      return { $case: cases[answer.kind], value: { nodeId, type, csr, error } }
    }
    case 'apply_cert': {
      const { nodeId, certificate } = answer
      return { $case: cases[answer.kind], value: { nodeId, certInfo: encodeCertificate(certificate), error } }
    }
    case 'start_provisioning':
    case 'finish_provisioning':
    case 'deprovision':
    case 'pause':
    case 'resume':
      return { $case: cases[answer.kind], value: { error } }
  }
}

function decode(path: string, { IAMOutgoingMessage: wire }: iam.IAMOutgoingMessages): IdentityFact {
  if (wire?.$case === 'nodeInfo') return { kind: 'node_info', node: decodeNodeInfo(`${path}.node_info`, wire.value) }
  return { kind: 'answer', answer: decodeAnswer(path, wire) }
}

function decodeAnswer(path: string, wire: Wire | undefined): IdentityAnswer {
  switch (wire?.$case) {
    case 'startProvisioningResponse':
      return { kind: 'start_provisioning', ...decodeError(wire.value.error) }
    case 'finishProvisioningResponse':
      return { kind: 'finish_provisioning', ...decodeError(wire.value.error) }
    case 'deprovisionResponse':
      return { kind: 'deprovision', ...decodeError(wire.value.error) }
    case 'pauseNodeResponse':
      return { kind: 'pause', ...decodeError(wire.value.error) }
    case 'resumeNodeResponse':
      return { kind: 'resume', ...decodeError(wire.value.error) }
    case 'certTypesResponse':
      return { kind: 'cert_types', types: texts(`${path}.types`, most.names, wire.value.types) }
    case 'createKeyResponse': {
      const { nodeId, type, csr, error } = wire.value
      return { kind: 'create_key', nodeId, type, csr, ...decodeError(error) }
    }
    case 'applyCertResponse': {
      const { nodeId, certInfo = noCertificate, error } = wire.value
      return { kind: 'apply_cert', nodeId, certificate: decodeCertificate(certInfo), ...decodeError(error) }
    }
    case 'nodeInfo':
    case undefined:
      throw wrong(path, 'an answer', wire?.$case)
  }
}

/** One kind of answer as the response of its own procedure. */
function response<K extends IdentityAnswer['kind']>(
  name: string,
  kind: K,
  fns: { encode(value: never): { finish(): Uint8Array }; decode(bytes: Uint8Array): object },
): Message<Answer<K>> {
  const wire = fns as Parameters<typeof message<object, Answer<K>>>[1]
  return message<object, Answer<K>>(
    name,
    wire,
    (answer) => wireOf(answer).value,
    (path, value) => decodeAnswer(path, { $case: cases[kind], value } as Wire) as Answer<K>,
  )
}

export const answers = {
  start_provisioning: response('StartProvisioningResponse', 'start_provisioning', iam.StartProvisioningResponse),
  finish_provisioning: response('FinishProvisioningResponse', 'finish_provisioning', iam.FinishProvisioningResponse),
  deprovision: response('DeprovisionResponse', 'deprovision', iam.DeprovisionResponse),
  cert_types: response('CertTypes', 'cert_types', iam.CertTypes),
  pause: response('PauseNodeResponse', 'pause', iam.PauseNodeResponse),
  resume: response('ResumeNodeResponse', 'resume', iam.ResumeNodeResponse),
  create_key: response('CreateKeyResponse', 'create_key', iam.CreateKeyResponse),
  apply_cert: response('ApplyCertResponse', 'apply_cert', iam.ApplyCertResponse),
} as const
