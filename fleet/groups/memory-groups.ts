import { matchesQuery } from '@windlass/model'
import type { Device } from '../store/records.ts'
import { foundBy } from '../store/search.ts'
import { countedOneByOne } from './device-counts.ts'
import { type Group, type GroupStore, isInGroup, mostLabels, relabelled, type Selection } from './group.ts'

/** The group store's fake, over the devices of the memory store. */
export function memoryGroups(devices: Map<string, Device>): GroupStore {
  const groups = new Map<string, Group>()
  const meant = (selection: Selection) => [...devices.values()].filter((device) => isMeant(device, selection))
  /** Undefined where a device is listed that is not there. */
  const known = (members: Group['members']): Group['members'] | undefined => {
    if ('query' in members) return members
    const listed = [...new Set(members.devices)].sort()
    return listed.every((id) => devices.has(id)) ? { devices: listed } : undefined
  }
  return {
    async addGroup(group) {
      if (groups.has(group.name)) return 'there'
      const members = known(group.members)
      if (!members) return 'unknown'
      groups.set(group.name, { ...group, members })
      return 'added'
    },
    async changeGroup(name, given) {
      const [group, members] = [groups.get(name), known(given)]
      if (!group) return 'unknown'
      if (!members) return 'unlisted'
      groups.set(name, { ...group, members })
      return 'changed'
    },
    group: async (name) => groups.get(name),
    groups: async () => [...groups.values()].sort((x, y) => (x.name < y.name ? -1 : 1)),
    removeGroup: async (name) => (groups.delete(name) ? 'removed' : 'unknown'),
    countDevices: async (selection) => meant(selection).length,
    deviceCounts: async (products) => countedOneByOne(meant({ products })),
    async labelDevices(selection, change) {
      const changed = meant(selection).map((device) => ({ ...device, labels: relabelled(device.labels, change) }))
      if (changed.some(({ labels }) => Object.keys(labels).length > mostLabels)) return 'too_many'
      for (const device of changed) devices.set(device.id, device)
      return changed.length
    },
  }
}

export function isMeant(device: Device, { search, query, group, devices, products }: Selection): boolean {
  return (
    (!search || foundBy(device, search)) &&
    (!query || matchesQuery(query, device)) &&
    (!group || isInGroup(group, device)) &&
    (!devices || devices.includes(device.id)) &&
    (!products || products.includes(device.product))
  )
}
