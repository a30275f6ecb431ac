import type { IdentityFact, IdentityOrder, NodeInfo } from '@windlass/model/unit'
import { expect, it } from 'vitest'
import { IAMPublicNodesServiceService } from './generated/iamanager/v6/iamanager.ts'
import { identityMethods, identityOrderMethods } from './iam-methods.ts'

const node: NodeInfo = {
  nodeId: 'node-a',
  nodeType: 'main',
  title: 'Main',
  maxDmips: 20_000,
  totalRam: 4096,
  physicalRam: 2048,
  os: { os: 'linux', version: '6.1', features: ['x'] },
  cpus: [{ modelName: 'A57', cores: 2, threads: 4, arch: { architecture: 'arm64', variant: 'v8' }, maxDmips: 10 }],
  partitions: [{ name: 'states', types: ['states'], totalSize: 10, path: '/var/states' }],
  attrs: { MainNode: '', AosComponents: 'cm,iam' },
  state: 'paused',
  error: { aosCode: 7, exitCode: 0, message: 'late' },
}
const certificate = {
  type: 'sm',
  certUrl: 'file:///sm.pem',
  keyUrl: 'file:///sm.pem',
  serial: '0a1b',
  issuer: new Uint8Array([1, 2]),
}
const orders: IdentityOrder[] = [
  { kind: 'start_provisioning', nodeId: 'n', password: 'p' },
  { kind: 'finish_provisioning', nodeId: 'n', password: 'p' },
  { kind: 'deprovision', nodeId: '', password: '' },
  { kind: 'cert_types', nodeId: 'n' },
  { kind: 'pause', nodeId: 'n' },
  { kind: 'resume', nodeId: 'n' },
  { kind: 'create_key', nodeId: 'n', type: 'sm', subject: 's', password: 'p' },
  { kind: 'apply_cert', nodeId: 'n', type: 'sm', chain: 'PEM' },
]
const error = { aosCode: 9, exitCode: 0, message: 'no' }
const facts: IdentityFact[] = [
  { kind: 'node_info', node },
  { kind: 'answer', answer: { kind: 'start_provisioning' } },
  { kind: 'answer', answer: { kind: 'finish_provisioning', error } },
  { kind: 'answer', answer: { kind: 'deprovision', error } },
  { kind: 'answer', answer: { kind: 'pause', error } },
  { kind: 'answer', answer: { kind: 'resume' } },
  { kind: 'answer', answer: { kind: 'cert_types', types: ['sm', 'iam'] } },
  { kind: 'answer', answer: { kind: 'create_key', nodeId: 'n', type: 'sm', csr: 'PEM', error } },
  { kind: 'answer', answer: { kind: 'apply_cert', nodeId: 'n', certificate } },
]

it.each(orders.map((order) => [order.kind, order] as const))('the order %s comes back', (_, order) => {
  const { registerNode } = identityMethods
  expect(registerNode.responseDeserialize(registerNode.responseSerialize(order))).toStrictEqual(order)
  const { requestSerialize, requestDeserialize } = identityOrderMethods[order.kind]
  expect(requestDeserialize(requestSerialize(order as never))).toStrictEqual(order)
})

it.each(facts.map((fact) => [JSON.stringify(fact).slice(0, 60), fact] as const))(
  'the fact %s comes back',
  (_, fact) => {
    const { registerNode } = identityMethods
    expect(registerNode.requestDeserialize(registerNode.requestSerialize(fact))).toStrictEqual(fact)
    if (fact.kind !== 'answer') return
    const { responseSerialize, responseDeserialize } = identityOrderMethods[fact.answer.kind]
    expect(responseDeserialize(responseSerialize(fact.answer as never))).toStrictEqual(fact.answer)
  },
)

it('a node in no known state is not taken, and says why', () => {
  const bytes = IAMPublicNodesServiceService.getNodeInfo.responseSerialize({
    ...IAMPublicNodesServiceService.getNodeInfo.responseDeserialize(Buffer.alloc(0)),
    nodeId: 'n',
    state: 'happy',
  })
  expect(() => identityMethods.nodeInfo.responseDeserialize(bytes)).toThrow('NodeInfo.state: expected unprovisioned')
})
