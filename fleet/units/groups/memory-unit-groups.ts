import { mostLabels, relabelled } from '../../groups/group.ts'
import type { Unit } from '../records.ts'
import { countsOf } from './unit-counts.ts'
import { isMeant, type UnitGroup, type UnitGroupStore, type UnitSelection } from './unit-group.ts'

/** The store of groups of units in memory, over the units of a memory store. */
export function memoryUnitGroups(units: Map<string, Unit>): UnitGroupStore {
  const groups = new Map<string, UnitGroup>()
  const meant = (selection: UnitSelection) => [...units.values()].filter((unit) => isMeant(unit, selection))
  return {
    async addUnitGroup(group) {
      if (groups.has(group.name)) return 'there'
      groups.set(group.name, group)
      return 'added'
    },
    unitGroup: async (name) => groups.get(name),
    unitGroups: async () => [...groups.values()].sort((x, y) => (x.name < y.name ? -1 : 1)),
    async changeUnitGroup(name, query) {
      const group = groups.get(name)
      if (!group) return 'unknown'
      groups.set(name, { ...group, query })
      return 'changed'
    },
    removeUnitGroup: async (name) => (groups.delete(name) ? 'removed' : 'unknown'),
    countUnits: async (selection) => meant(selection).length,
    unitCounts: async () => countsOf([...units.values()].map(({ model, standing }) => ({ model, standing, units: 1 }))),
    async labelUnits(selection, change) {
      const changed = meant(selection).map((unit) => ({ ...unit, labels: relabelled(unit.labels, change) }))
      if (changed.some(({ labels }) => Object.keys(labels).length > mostLabels)) return 'too_many'
      for (const unit of changed) units.set(unit.id, unit)
      return changed.length
    },
  }
}
