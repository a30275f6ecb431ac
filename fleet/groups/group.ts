import { matchesQuery, parseQuery, type Query } from '@windlass/model'
import type { Device } from '../store/records.ts'
import type { DeviceCounts } from './device-counts.ts'
import type { GroupHead, Within } from './extent.ts'

/** Some devices under a name: those of which a query is true now, later ones too, or those listed. */
export interface Group {
  name: string
  members: { query: Query } | { devices: readonly string[] }
  createdAt: number
}

/** Which devices are meant: those of which all that is given is true. `search`: as `foundBy` has it. `within`: what somebody may see or change. */
export interface Selection {
  search?: string | undefined
  query?: Query | undefined
  group?: Group | undefined
  devices?: readonly string[] | undefined
  within?: Within
}

/** What is done to labels; `set` is done after `remove`. */
export interface LabelChange {
  set: Readonly<Record<string, string>>
  remove: readonly string[]
}

/** How many labels one device or unit may have. */
export const mostLabels = 64

export interface GroupStore {
  /** `unknown`: a device is listed that is not known. */
  addGroup(group: Group): Promise<'added' | 'there' | 'unknown'>
  group(name: string): Promise<Group | undefined>
  /** By name. */
  groups(): Promise<Group[]>
  /** Whom it means from now on. `unlisted`: a device is listed that is not known; then it stays as it was. */
  changeGroup(name: string, members: Group['members']): Promise<'changed' | 'unknown' | 'unlisted'>
  removeGroup(name: string): Promise<'removed' | 'unknown'>
  /** Those of these names that there are, by name. */
  groupHeads(names: readonly string[]): Promise<GroupHead[]>
  /** How many devices are meant now. */
  countDevices(selection: Selection): Promise<number>
  /** The ids of all that are meant, in order. */
  deviceIds(selection: Selection): Promise<string[]>
  /** Which of these products have a device that is meant. */
  productsOf(selection: Selection, products: readonly string[]): Promise<string[]>
  /** Of all devices, however many, or of those within. */
  deviceCounts(within?: Within): Promise<DeviceCounts>
  /** Returns how many devices are meant; `too_many` where one of them would have too many labels: then nothing is done. */
  labelDevices(selection: Selection, change: LabelChange): Promise<number | 'too_many'>
}

/** Whether a device belongs to a group now. The store's SQL says the same. */
export function isInGroup({ members }: Group, device: Device): boolean {
  return 'query' in members ? matchesQuery(members.query, device) : members.devices.includes(device.id)
}

export function relabelled(
  labels: Readonly<Record<string, string>>,
  { set, remove }: LabelChange,
): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(Object.entries(labels).filter(([key]) => !remove.includes(key))), ...set }
}

/** The members of a group as they were written down. */
export function membersOf(query: string | null, devices: readonly string[]): Group['members'] {
  return query === null ? { devices } : { query: parseQuery(query) }
}
