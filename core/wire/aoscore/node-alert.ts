import type { NodeAlert } from '@windlass/model/unit'
import { oneOf, unsigned, whole, wrong } from './checks.ts'
import type { Alert } from './generated/servicemanager/v5/servicemanager.ts'
import { decodeIdent, encodeIdent } from './instance-ident.ts'
import { decodeTime } from './times.ts'

type Item = NonNullable<Alert['AlertItem']>
type Without<T> = T extends unknown ? Omit<T, 'timeMs'> : never

const quotaStatuses = ['raise', 'continue', 'fall'] as const
const coreComponents = ['CM', 'SM', 'IAM', 'MP'] as const

export function encodeAlert(alert: NodeAlert): Alert {
  return { timestamp: new Date(alert.timeMs), AlertItem: itemOf(alert) }
}

function itemOf(alert: NodeAlert): Item {
  switch (alert.kind) {
    case 'system_quota': {
      const { parameter, value, status } = alert
      return { $case: 'systemQuotaAlert', value: { parameter, value: unsigned(value), status } }
    }
    case 'instance_quota': {
      const { parameter, value, status } = alert
      const instance = encodeIdent(alert.ident)
      return { $case: 'instanceQuotaAlert', value: { instance, parameter, value: unsigned(value), status } }
    }
    case 'resource_allocate': {
      const { resource, message } = alert
      return { $case: 'resourceAllocateAlert', value: { instance: encodeIdent(alert.ident), resource, message } }
    }
    case 'system':
      return { $case: 'systemAlert', value: { message: alert.message } }
    case 'core':
      return { $case: 'coreAlert', value: { coreComponent: alert.component, message: alert.message } }
    case 'instance': {
      const { version: serviceVersion, message } = alert
      return { $case: 'instanceAlert', value: { instance: encodeIdent(alert.ident), serviceVersion, message } }
    }
  }
}

export function decodeAlert(path: string, { timestamp, AlertItem: item }: Alert): NodeAlert {
  return { timeMs: decodeTime(`${path}.timestamp`, timestamp), ...decodeItem(path, item) }
}

function decodeItem(path: string, item: Item | undefined): Without<NodeAlert> {
  switch (item?.$case) {
    case 'systemQuotaAlert':
      return { kind: 'system_quota', ...decodeQuota(`${path}.system_quota_alert`, item.value) }
    case 'instanceQuotaAlert': {
      const at = `${path}.instance_quota_alert`
      const ident = decodeIdent(`${at}.instance`, item.value.instance)
      return { kind: 'instance_quota', ident, ...decodeQuota(at, item.value) }
    }
    case 'resourceAllocateAlert': {
      const { instance, resource, message } = item.value
      const ident = decodeIdent(`${path}.resource_allocate_alert.instance`, instance)
      return { kind: 'resource_allocate', ident, resource, message }
    }
    case 'systemAlert':
      return { kind: 'system', message: item.value.message }
    case 'coreAlert': {
      const { coreComponent, message } = item.value
      const component = oneOf(`${path}.core_alert.core_component`, coreComponents, coreComponent)
      return { kind: 'core', component, message }
    }
    case 'instanceAlert': {
      const { instance, serviceVersion: version, message } = item.value
      const ident = decodeIdent(`${path}.instance_alert.instance`, instance)
      return { kind: 'instance', ident, version, message }
    }
    case undefined:
      throw wrong(path, 'one of its alerts', undefined)
  }
}

function decodeQuota(path: string, wire: { parameter: string; value: bigint; status: string }) {
  return {
    parameter: wire.parameter,
    value: whole(`${path}.value`, wire.value),
    status: oneOf(`${path}.status`, quotaStatuses, wire.status),
  }
}
