import {
  type DeviceCountQuery,
  type DeviceCounts,
  type DeviceDetail,
  type DeviceList,
  type DeviceQuery,
  deviceCount,
  deviceCounts,
  deviceDetail,
  deviceHistory,
  deviceList,
  type Imported,
  imported,
  type ReportRecord,
} from '../device.ts'
import {
  type GroupMembers,
  type GroupOrder,
  type GroupRecord,
  groupList,
  groupRecord,
  type LabelChange,
  type LabelOrder,
  labelled,
} from '../group.ts'
import { operatorPaths } from '../paths.ts'
import { ask, parse, remove, type Send, search } from './send.ts'

/** Devices, their labels, and groups of them. */
export interface DeviceCalls {
  devices(query?: DeviceQuery): Promise<DeviceList>
  device(id: string): Promise<DeviceDetail>
  history(id: string): Promise<ReportRecord[]>
  retry(id: string, packageUid: string): Promise<DeviceDetail>
  /** How many devices are meant. */
  countDevices(query: DeviceCountQuery): Promise<number>
  deviceCounts(): Promise<DeviceCounts>
  /** `table`: comma-separated values with headings `identity.KEY` and `label.KEY`. */
  importDevices(table: string): Promise<Imported>
  decommission(id: string): Promise<DeviceDetail>
  recommission(id: string): Promise<DeviceDetail>
  labelDevice(id: string, change: LabelChange): Promise<DeviceDetail>
  /** How many devices were meant. */
  labelDevices(order: LabelOrder): Promise<number>
  addGroup(order: GroupOrder): Promise<GroupRecord>
  groups(): Promise<GroupRecord[]>
  group(name: string): Promise<GroupRecord>
  /** Whom it means from now on. */
  changeGroup(name: string, members: GroupMembers): Promise<GroupRecord>
  removeGroup(name: string): Promise<void>
}

export function deviceCalls(send: Send): DeviceCalls {
  const paths = operatorPaths
  return {
    devices: (query) => ask(send, deviceList, 'GET', paths.devices + search(query)),
    device: (id) => ask(send, deviceDetail, 'GET', paths.device(id)),
    history: async (id) => (await ask(send, deviceHistory, 'GET', paths.history(id))).reports,
    retry: (id, packageUid) => ask(send, deviceDetail, 'POST', paths.retry(id), { package: packageUid }),
    countDevices: async (query) => (await ask(send, deviceCount, 'GET', paths.deviceCount + search(query))).devices,
    deviceCounts: () => ask(send, deviceCounts, 'GET', paths.deviceCounts),
    importDevices: async (table) => {
      const headers = { 'content-type': 'text/csv' }
      return parse(imported, await send(paths.importDevices, { method: 'POST', headers, body: table }))
    },
    decommission: (id) => ask(send, deviceDetail, 'POST', paths.decommission(id)),
    recommission: (id) => ask(send, deviceDetail, 'POST', paths.recommission(id)),
    labelDevice: (id, change) => ask(send, deviceDetail, 'PATCH', paths.deviceLabels(id), change),
    labelDevices: async (order) => (await ask(send, labelled, 'POST', paths.labels, order)).devices,
    addGroup: (order) => ask(send, groupRecord, 'POST', paths.groups, order),
    groups: async () => (await ask(send, groupList, 'GET', paths.groups)).groups,
    group: (name) => ask(send, groupRecord, 'GET', paths.group(name)),
    changeGroup: (name, members) => ask(send, groupRecord, 'PUT', paths.group(name), members),
    removeGroup: (name) => remove(send, paths.group(name)),
  }
}
