import type { NodeOrder } from '@windlass/model/unit'
import { listOf, most, wordOf, wrong } from './checks.ts'
import { message } from './codec.ts'
import {
  ConnectionEnum,
  type InstanceLogRequest,
  SMIncomingMessages,
} from './generated/servicemanager/v5/servicemanager.ts'
import { decodeFilter, decodeIdent, encodeFilter, encodeIdent } from './instance-ident.ts'
import { decodeInstanceOrder, encodeInstanceOrder } from './instance-order.ts'
import { decodeSpan, encodeSpan } from './times.ts'

type Wire = NonNullable<SMIncomingMessages['SMIncomingMessage']>

/** servicemanager.v5 SMIncomingMessages: what the unit tells a node's service manager (aoscore.md 1.5). */
export const nodeOrder = message('SMIncomingMessages', SMIncomingMessages, encode, decode)

function encode(order: NodeOrder): SMIncomingMessages {
  return { SMIncomingMessage: wireOf(order) }
}

function wireOf(order: NodeOrder): Wire {
  switch (order.kind) {
    case 'get_node_config':
      return { $case: 'getNodeConfigStatus', value: {} }
    case 'check_node_config':
      return { $case: 'checkNodeConfig', value: { nodeConfig: order.nodeConfig, version: order.version } }
    case 'set_node_config':
      return { $case: 'setNodeConfig', value: { nodeConfig: order.nodeConfig, version: order.version } }
    case 'update_instances':
      return {
        $case: 'updateInstances',
        value: { startInstances: order.start.map(encodeInstanceOrder), stopInstances: order.stop.map(encodeIdent) },
      }
    case 'system_log':
      return { $case: 'systemLogRequest', value: { correlationId: order.correlationId, ...encodeSpan(order) } }
    case 'instance_log':
      return { $case: 'instanceLogRequest', value: logRequest(order) }
    case 'crash_log':
      return { $case: 'instanceCrashLogRequest', value: logRequest(order) }
    case 'get_average_monitoring':
      return { $case: 'getAverageMonitoring', value: {} }
    case 'cloud_connection': {
      const { CONNECTED, DISCONNECTED } = ConnectionEnum
      return { $case: 'connectionStatus', value: { cloudStatus: order.connected ? CONNECTED : DISCONNECTED } }
    }
  }
}

function logRequest(order: Extract<NodeOrder, { kind: 'instance_log' | 'crash_log' }>): InstanceLogRequest {
  return { correlationId: order.correlationId, filter: encodeFilter(order.filter), ...encodeSpan(order) }
}

function decode(path: string, { SMIncomingMessage: wire }: SMIncomingMessages): NodeOrder {
  switch (wire?.$case) {
    case 'getNodeConfigStatus':
      return { kind: 'get_node_config' }
    case 'checkNodeConfig':
      return { kind: 'check_node_config', ...wire.value }
    case 'setNodeConfig':
      return { kind: 'set_node_config', ...wire.value }
    case 'updateInstances': {
      const { startInstances, stopInstances } = wire.value
      const at = `${path}.update_instances`
      return {
        kind: 'update_instances',
        start: listOf(`${at}.start_instances`, most.instances, startInstances, decodeInstanceOrder),
        stop: listOf(`${at}.stop_instances`, most.instances, stopInstances, decodeIdent),
      }
    }
    case 'systemLogRequest': {
      const { correlationId } = wire.value
      return { kind: 'system_log', correlationId, ...decodeSpan(`${path}.system_log_request`, wire.value) }
    }
    case 'instanceLogRequest':
      return { kind: 'instance_log', ...decodeLogRequest(`${path}.instance_log_request`, wire.value) }
    case 'instanceCrashLogRequest':
      return { kind: 'crash_log', ...decodeLogRequest(`${path}.instance_crash_log_request`, wire.value) }
    case 'getAverageMonitoring':
      return { kind: 'get_average_monitoring' }
    case 'connectionStatus': {
      const word = wordOf(`${path}.connection_status`, ['disconnected', 'connected'], wire.value.cloudStatus)
      return { kind: 'cloud_connection', connected: word === 'connected' }
    }
    case undefined:
      throw wrong(path, 'one of its messages', undefined)
  }
}

function decodeLogRequest(path: string, wire: InstanceLogRequest) {
  return {
    correlationId: wire.correlationId,
    filter: decodeFilter(`${path}.filter`, wire.filter),
    ...decodeSpan(path, wire),
  }
}
