import { matchesQuery } from '@windlass/model'
import type { Device } from '../store/records.ts'
import { foundBy } from '../store/search.ts'
import { countedOneByOne } from './device-counts.ts'
import { type Group, type GroupStore, isInGroup, mostLabels, relabelled, type Selection } from './group.ts'

/** The group store's fake, over the devices of the memory store. */
export function memoryGroups(devices: Map<string, Device>): GroupStore {
  const groups = new Map<string, Group>()
  const meant = (selection: Selection) => [...devices.values()].filter((device) => isMeant(device, selection))
  return {
    async addGroup(group) {
      if (groups.has(group.name)) return 'there'
      const listed = 'devices' in group.members ? [...new Set(group.members.devices)].sort() : []
      if (!listed.every((id) => devices.has(id))) return 'unknown'
      groups.set(group.name, 'devices' in group.members ? { ...group, members: { devices: listed } } : group)
      return 'added'
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
