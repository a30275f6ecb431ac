import type { InstanceOrder } from '@windlass/model/unit'
import { decodeMonitoringParameters, encodeMonitoringParameters } from './alert-rules.ts'
import { listOf, most, unsigned, whole } from './checks.ts'
import type { InstanceInfo } from './generated/servicemanager/v5/servicemanager.ts'
import { decodeIdent, encodeIdent } from './instance-ident.ts'

export function encodeInstanceOrder({ ident, alertRules, ...order }: InstanceOrder): InstanceInfo {
  return {
    ...order,
    instance: encodeIdent(ident),
    priority: unsigned(order.priority),
    envVars: order.envVars.map(({ name, value }) => ({ name, value })),
    monitoringParameters: encodeMonitoringParameters(alertRules),
  }
}

export function decodeInstanceOrder(
  path: string,
  { instance, priority, envVars, monitoringParameters, ...order }: InstanceInfo,
): InstanceOrder {
  return {
    ...order,
    ident: decodeIdent(`${path}.instance`, instance),
    priority: whole(`${path}.priority`, priority),
    envVars: listOf(`${path}.env_vars`, most.envVars, envVars, (_, { name, value }) => ({ name, value })),
    ...decodeMonitoringParameters(`${path}.monitoring_parameters`, monitoringParameters),
  }
}
