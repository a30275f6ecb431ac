import { matchesQuery } from '@windlass/model'
import type { Device } from '../store/records.ts'
import { foundBy } from '../store/search.ts'
import { countedOneByOne } from './device-counts.ts'
import { liesWithin } from './extent.ts'
import { type Group, type GroupStore, isInGroup, mostLabels, relabelled, type Selection } from './group.ts'

/** The group store's fake, over the devices of the memory store. */
export function memoryGroups(
  devices: Map<string, Device>,
): GroupStore & { isMeant(device: Device, selection: Selection): boolean } {
  const groups = new Map<string, Group>()
  const isMeant = (device: Device, selection: Selection) => isSelected(device, selection, groups)
  const meant = (selection: Selection) => [...devices.values()].filter((device) => isMeant(device, selection))
  /** Undefined where a device is listed that is not there. */
  const known = (members: Group['members']): Group['members'] | undefined => {
    if ('query' in members) return members
    const listed = [...new Set(members.devices)].sort()
    return listed.every((id) => devices.has(id)) ? { devices: listed } : undefined
  }
  return {
    isMeant,
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
    groupHeads: async (names) =>
      [...new Set(names)].sort().flatMap((name) => {
        const members = groups.get(name)?.members
        return members ? [{ name, query: 'query' in members ? members.query : null }] : []
      }),
    countDevices: async (selection) => meant(selection).length,
    deviceIds: async (selection) =>
      meant(selection)
        .map(({ id }) => id)
        .sort(),
    async productsOf(selection, products) {
      const found = new Set(meant(selection).map(({ product }) => product))
      return products.filter((product) => found.has(product))
    },
    deviceCounts: async (within) => countedOneByOne(meant({ within })),
    async labelDevices(selection, change) {
      const changed = meant(selection).map((device) => ({ ...device, labels: relabelled(device.labels, change) }))
      if (changed.some(({ labels }) => Object.keys(labels).length > mostLabels)) return 'too_many'
      for (const device of changed) devices.set(device.id, device)
      return changed.length
    },
  }
}

function isSelected(device: Device, selection: Selection, groups: ReadonlyMap<string, Group>): boolean {
  const { search, query, group, devices, within } = selection
  const isListed = (name: string) => {
    const listed = groups.get(name)
    return listed !== undefined && isInGroup(listed, device)
  }
  return (
    (!search || foundBy(device, search)) &&
    (!query || matchesQuery(query, device)) &&
    (!group || isInGroup(group, device)) &&
    (!devices || devices.includes(device.id)) &&
    (!within || liesWithin(within, device, isListed))
  )
}
