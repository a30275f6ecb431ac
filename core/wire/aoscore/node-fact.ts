import type { LogPart, NodeFact } from '@windlass/model/unit'
import { listOf, most, oneOf, unsigned, whole, wrong } from './checks.ts'
import { message } from './codec.ts'
import { decodeError, encodeError } from './error-info.ts'
import { type LogData, SMOutgoingMessages } from './generated/servicemanager/v5/servicemanager.ts'
import { decodeInstanceStatus, encodeInstanceStatus } from './instance-status.ts'
import { decodeAverage, decodeMonitoring, encodeMonitoring } from './monitoring.ts'
import { decodeAlert, encodeAlert } from './node-alert.ts'
import { decodeServiceManager, encodeServiceManager } from './service-manager.ts'

type Wire = NonNullable<SMOutgoingMessages['SMOutgoingMessage']>

const configStates = ['absent', 'installed', 'failed'] as const
const logStatuses = ['ok', 'error', 'empty', 'absent'] as const

/** servicemanager.v5 SMOutgoingMessages: what a node's service manager tells the unit (aoscore.md 1.5). */
export const nodeFact = message('SMOutgoingMessages', SMOutgoingMessages, encode, decode)

function encode(fact: NodeFact): SMOutgoingMessages {
  return { SMOutgoingMessage: wireOf(fact) }
}

function wireOf(fact: NodeFact): Wire {
  switch (fact.kind) {
    case 'sm_info':
      return { $case: 'smInfo', value: encodeServiceManager(fact) }
    case 'node_config': {
      const { state, version, error } = fact.status
      return { $case: 'nodeConfigStatus', value: { state, version, error: encodeError(error) } }
    }
    case 'node_instances':
      return { $case: 'nodeInstancesStatus', value: { instances: fact.instances.map(encodeInstanceStatus) } }
    case 'instances_changed':
      return { $case: 'updateInstancesStatus', value: { instances: fact.instances.map(encodeInstanceStatus) } }
    case 'log':
      return { $case: 'log', value: encodeLog(fact) }
    case 'monitoring':
      return { $case: 'instantMonitoring', value: encodeMonitoring(fact) }
    case 'average_monitoring':
      return { $case: 'averageMonitoring', value: encodeMonitoring(fact) }
    case 'alert':
      return { $case: 'alert', value: encodeAlert(fact.alert) }
  }
}

function encodeLog({ correlationId, partCount, part, data, status, error }: LogPart): LogData {
  return {
    correlationId,
    partCount: unsigned(partCount),
    part: unsigned(part),
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    status,
    error: encodeError(error),
  }
}

function decode(path: string, { SMOutgoingMessage: wire }: SMOutgoingMessages): NodeFact {
  switch (wire?.$case) {
    case 'smInfo':
      return decodeServiceManager(`${path}.sm_info`, wire.value)
    case 'nodeConfigStatus': {
      const { version, state, error } = wire.value
      const known = oneOf(`${path}.node_config_status.state`, configStates, state)
      return { kind: 'node_config', status: { version, state: known, ...decodeError(error) } }
    }
    case 'nodeInstancesStatus':
      return { kind: 'node_instances', ...decodeInstances(`${path}.node_instances_status`, wire.value) }
    case 'updateInstancesStatus':
      return { kind: 'instances_changed', ...decodeInstances(`${path}.update_instances_status`, wire.value) }
    case 'log':
      return { kind: 'log', ...decodeLog(`${path}.log`, wire.value) }
    case 'instantMonitoring':
      return { kind: 'monitoring', ...decodeMonitoring(`${path}.instant_monitoring`, wire.value) }
    case 'averageMonitoring':
      return { kind: 'average_monitoring', ...decodeAverage(`${path}.average_monitoring`, wire.value) }
    case 'alert':
      return { kind: 'alert', alert: decodeAlert(`${path}.alert`, wire.value) }
    case undefined:
      throw wrong(path, 'one of its messages', undefined)
  }
}

function decodeInstances(path: string, { instances }: { instances: Parameters<typeof decodeInstanceStatus>[1][] }) {
  return { instances: listOf(`${path}.instances`, most.instances, instances, decodeInstanceStatus) }
}

function decodeLog(path: string, wire: LogData): LogPart {
  return {
    correlationId: wire.correlationId,
    partCount: whole(`${path}.part_count`, wire.partCount),
    part: whole(`${path}.part`, wire.part),
    data: wire.data,
    status: oneOf(`${path}.status`, logStatuses, wire.status),
    ...decodeError(wire.error),
  }
}
