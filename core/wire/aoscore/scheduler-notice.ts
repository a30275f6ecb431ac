import type { SchedulerNotice, SchedulerState } from '@windlass/model/unit'
import { listOf, most, wordOf, wrong } from './checks.ts'
import { message } from './codec.ts'
import { decodeError, encodeError } from './error-info.ts'
import {
  SchedulerNotifications,
  type UpdateFOTAStatus,
  type UpdateSOTAStatus,
  UpdateState,
} from './generated/communicationmanager/v3/updatescheduler.ts'

const states = ['no_update', 'downloading', 'ready_to_update', 'updating'] as const
const wireState = {
  no_update: UpdateState.NO_UPDATE,
  downloading: UpdateState.DOWNLOADING,
  ready_to_update: UpdateState.READY_TO_UPDATE,
  updating: UpdateState.UPDATING,
} as const satisfies Record<SchedulerState, UpdateState>

/** communicationmanager.v3 SchedulerNotifications (aoscore.md 1.3). */
export const schedulerNotice = message('SchedulerNotifications', SchedulerNotifications, encode, decode)

function encode(notice: SchedulerNotice): SchedulerNotifications {
  const state = wireState[notice.state]
  const error = encodeError(notice.error)
  if (notice.part === 'fota') {
    const components = notice.components.map((component) => ({ ...component }))
    return { SchedulerNotification: { $case: 'fotaStatus', value: { state, components, error } } }
  }
  const value: UpdateSOTAStatus = {
    state,
    unitConfig: notice.configVersion === undefined ? undefined : { version: notice.configVersion },
    installServices: notice.install.map(service),
    removeServices: notice.remove.map(service),
    installLayers: [],
    removeLayers: [],
    rebalanceRequest: notice.rebalance,
    error,
  }
  return { SchedulerNotification: { $case: 'sotaStatus', value } }
}

function service({ itemId, version }: { itemId: string; version: string }) {
  return { serviceId: itemId, version }
}

function decode(path: string, { SchedulerNotification: wire }: SchedulerNotifications): SchedulerNotice {
  if (wire?.$case === 'fotaStatus') return decodeFota(`${path}.fota_status`, wire.value)
  if (wire?.$case === 'sotaStatus') return decodeSota(`${path}.sota_status`, wire.value)
  throw wrong(path, 'fota_status or sota_status', undefined)
}

function decodeFota(path: string, { state, components, error }: UpdateFOTAStatus): SchedulerNotice {
  return {
    part: 'fota',
    state: wordOf(`${path}.state`, states, state),
    components: listOf(`${path}.components`, most.components, components, (_, one) => ({ ...one })),
    ...decodeError(error),
  }
}

function decodeSota(path: string, wire: UpdateSOTAStatus): SchedulerNotice {
  const services = (name: string, list: UpdateSOTAStatus['installServices']) =>
    listOf(`${path}.${name}`, most.instances, list, (_, one) => ({ itemId: one.serviceId, version: one.version }))
  return {
    part: 'sota',
    state: wordOf(`${path}.state`, states, wire.state),
    ...(wire.unitConfig && { configVersion: wire.unitConfig.version }),
    install: services('install_services', wire.installServices),
    remove: services('remove_services', wire.removeServices),
    rebalance: wire.rebalanceRequest,
    ...decodeError(wire.error),
  }
}
