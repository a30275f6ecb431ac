import { describe, expect, it } from 'vitest'
import { WireError } from '../wire-error.ts'
import { blobsInfos } from './blobs-infos.ts'
import {
  type InstanceStatus,
  SMIncomingMessages,
  SMOutgoingMessages,
} from './generated/servicemanager/v5/servicemanager.ts'
import { UpdateStatus } from './generated/updatemanager/v2/updatemanager.ts'
import { nodeFact } from './node-fact.ts'
import { nodeOrder } from './node-order.ts'
import { nodeFacts, nodeOrders, updateCommands, updateStatuses } from './samples.ts'
import { updateCommand } from './update-command.ts'
import { updateStatus } from './update-status.ts'

describe('what is encoded is decoded again', () => {
  it.each(nodeOrders)('order $kind', (order) => {
    expect(nodeOrder.decode(nodeOrder.encode(order))).toEqual(order)
  })

  it.each(nodeFacts)('fact $kind', (fact) => {
    expect(nodeFact.decode(nodeFact.encode(fact))).toEqual(fact)
  })

  it.each(updateCommands)('command $kind', (command) => {
    expect(updateCommand.decode(updateCommand.encode(command))).toEqual(command)
  })

  it.each(updateStatuses)('status $state', (status) => {
    expect(updateStatus.decode(updateStatus.encode(status))).toEqual(status)
  })
})

const instance = { itemId: '11aa', subjectId: 's', instance: 0n, type: 0, preinstalled: false } as const

describe('what is off is refused, and named', () => {
  const status: InstanceStatus = {
    instance,
    version: '1',
    runtimeId: 'r',
    manifestDigest: '',
    envVars: [],
    state: 'active',
    error: undefined,
  }
  const outgoing = (instances: InstanceStatus[]) =>
    SMOutgoingMessages.encode({ SMOutgoingMessage: { $case: 'nodeInstancesStatus', value: { instances } } }).finish()

  it('a message without a body', () => {
    expect(() => nodeOrder.decode(new Uint8Array())).toThrow(
      'SMIncomingMessages: expected one of its messages, got none that is known',
    )
  })

  it('bytes that are no protobuf', () => {
    expect(() => nodeFact.decode(Buffer.from([0x0a, 0xff]))).toThrow(WireError)
  })

  it('an unknown state word', () => {
    expect(() => nodeFact.decode(outgoing([status, { ...status, state: 'dozing' }]))).toThrow(
      'SMOutgoingMessages.node_instances_status.instances[1].state: expected activating, active, inactive, failed, got "dozing"',
    )
  })

  it('an instance that is not named', () => {
    expect(() => nodeFact.decode(outgoing([{ ...status, instance: undefined }]))).toThrow(
      'SMOutgoingMessages.node_instances_status.instances[0].instance: expected a value, got none that is known',
    )
  })

  it('a number that JavaScript cannot count', () => {
    expect(() => nodeFact.decode(outgoing([{ ...status, instance: { ...instance, instance: 2n ** 60n } }]))).toThrow(
      'instances[0].instance.instance: expected a whole number below 2^53, got 1152921504606846976',
    )
  })

  it('a list without end', () => {
    const list = Array.from({ length: 4_097 }, () => status)
    expect(() => nodeFact.decode(outgoing(list))).toThrow('instances: expected at most 4096 entries, got 4097')
  })

  it('a number where an enum has none', () => {
    const bytes = UpdateStatus.encode(UpdateStatus.fromPartial({ nodeId: 'n' })).finish()
    expect(() => updateStatus.decode(Buffer.concat([bytes, Buffer.from([0x18, 9])]))).toThrow(
      'UpdateStatus.update_state: expected 0 to 3, got 9',
    )
  })

  it('a list of addresses without end', () => {
    const urls = Array.from({ length: 257 }, () => 'http://a')
    expect(() => blobsInfos.decode(blobsInfos.encode(urls))).toThrow('BlobsInfos.urls: expected at most 256 entries')
  })
})

describe('what AosCore leaves open', () => {
  it('an index below zero means any, and is sent as -1', () => {
    const wire = SMIncomingMessages.decode(nodeOrder.encode({ kind: 'instance_log', correlationId: 'l', filter: {} }))
    expect(wire.SMIncomingMessage).toMatchObject({ value: { filter: { itemId: '', subjectId: '', instance: -1n } } })
  })

  it('an average may be of no moment; what was measured is of one', () => {
    const usage = { ram: 7n, cpu: 1n }
    const monitoring = { nodeMonitoring: usage, instancesMonitoring: [{ instance, monitoringData: usage }] }
    const bytes = (kind: 'averageMonitoring' | 'instantMonitoring') =>
      SMOutgoingMessages.encode(
        SMOutgoingMessages.fromPartial({ SMOutgoingMessage: { $case: kind, value: monitoring } }),
      ).finish()
    expect(nodeFact.decode(bytes('averageMonitoring'))).toMatchObject({
      node: { timeMs: 0, ram: 7 },
      instances: [{ usage: { timeMs: 0, cpu: 1 } }],
    })
    expect(() => nodeFact.decode(bytes('instantMonitoring'))).toThrow('node_monitoring.timestamp: expected a value')
  })

  it('an error that is all zero is none', () => {
    const error = { aosCode: 0, exitCode: 0, message: '' }
    const bytes = UpdateStatus.encode(UpdateStatus.fromPartial({ nodeId: 'n', error })).finish()
    expect(updateStatus.decode(bytes)).not.toHaveProperty('error')
  })

  it('a stream goes on after a message that cannot be read', () => {
    expect(nodeFact.receive(new Uint8Array())).toBeInstanceOf(WireError)
  })
})
