import type { About } from '@windlass/model'
import type { GroupRecord, UnitGroupRecord } from '@windlass/wire/operator'

/** A group of devices or of units. `query`: null where devices are listed. `members`: how many are in it. */
export interface AnyGroup {
  about: About
  name: string
  query: string | null
  members: number
  createdAt: string
}

export function groupsOfDevices(list: readonly GroupRecord[]): AnyGroup[] {
  return list.map(({ devices, ...group }) => ({ ...group, about: 'device', members: devices }))
}

export function groupsOfUnits(list: readonly UnitGroupRecord[]): AnyGroup[] {
  return list.map(({ units, ...group }) => ({ ...group, about: 'unit', members: units }))
}

/** Under which the page has its groups. */
export const groupsKey = { device: ['groups'], unit: ['unit groups'] } as const satisfies Record<About, string[]>
