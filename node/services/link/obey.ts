import type { NodeFact, NodeOrder } from '@windlass/model/unit'
import type { NodeInstances } from '../instances/node-instances.ts'
import type { LogPartLimits } from '../telemetry/log-parts.ts'
import { answerLog, type LogPorts } from '../telemetry/log-requests.ts'
import type { Monitor } from '../telemetry/monitor.ts'
import type { NodeConfigFile } from './node-config.ts'

export interface ObeyPorts {
  instances: Pick<NodeInstances, 'order'>
  config: NodeConfigFile
  monitor: Pick<Monitor, 'average'>
  logs: LogPorts
  logLimits: LogPartLimits
}

/** What comes of an order. `update_instances` is answered when it is carried out, by the instances themselves. */
export async function obey(order: NodeOrder, ports: ObeyPorts): Promise<readonly NodeFact[]> {
  const { config, instances, monitor } = ports
  switch (order.kind) {
    case 'update_instances':
      instances.order(order.start)
      return []
    case 'get_node_config':
      return [{ kind: 'node_config', status: config.status() }]
    case 'check_node_config':
      return [{ kind: 'node_config', status: config.check(order.nodeConfig, order.version) }]
    case 'set_node_config':
      return [{ kind: 'node_config', status: await config.set(order.nodeConfig, order.version) }]
    case 'get_average_monitoring':
      return [{ kind: 'average_monitoring', ...(await monitor.average()) }]
    case 'system_log':
    case 'instance_log':
    case 'crash_log':
      return (await answerLog(order, ports.logs, ports.logLimits)).map((part) => ({ kind: 'log', ...part }))
    case 'cloud_connection':
      return []
  }
}
