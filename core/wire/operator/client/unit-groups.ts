import type { LabelChange } from '../group.ts'
import { operatorPaths } from '../paths.ts'
import { type UnitCountQuery, type UnitDetail, unitDetail } from '../unit.ts'
import {
  type UnitCounts,
  type UnitGroupOrder,
  type UnitGroupRecord,
  type UnitLabelOrder,
  unitCount,
  unitCounts,
  unitGroupList,
  unitGroupRecord,
  unitsLabelled,
} from '../unit-group.ts'
import { ask, remove, type Send, search } from './send.ts'

/** Labels of units, and groups of them. */
export interface UnitGroupCalls {
  /** How many units are meant. */
  countUnits(query: UnitCountQuery): Promise<number>
  unitCounts(): Promise<UnitCounts>
  labelUnit(id: string, change: LabelChange): Promise<UnitDetail>
  /** How many units were meant. */
  labelUnits(order: UnitLabelOrder): Promise<number>
  addUnitGroup(order: UnitGroupOrder): Promise<UnitGroupRecord>
  unitGroups(): Promise<UnitGroupRecord[]>
  unitGroup(name: string): Promise<UnitGroupRecord>
  changeUnitGroup(name: string, members: { query: string }): Promise<UnitGroupRecord>
  removeUnitGroup(name: string): Promise<void>
}

export function unitGroupCalls(send: Send): UnitGroupCalls {
  const paths = operatorPaths
  return {
    countUnits: async (query) => (await ask(send, unitCount, 'GET', paths.unitCount + search(query))).units,
    unitCounts: () => ask(send, unitCounts, 'GET', paths.unitCounts),
    labelUnit: (id, change) => ask(send, unitDetail, 'PATCH', paths.unitLabels(id), change),
    labelUnits: async (order) => (await ask(send, unitsLabelled, 'POST', paths.labelsOfUnits, order)).units,
    addUnitGroup: (order) => ask(send, unitGroupRecord, 'POST', paths.unitGroups, order),
    unitGroups: async () => (await ask(send, unitGroupList, 'GET', paths.unitGroups)).groups,
    unitGroup: (name) => ask(send, unitGroupRecord, 'GET', paths.unitGroup(name)),
    changeUnitGroup: (name, members) => ask(send, unitGroupRecord, 'PUT', paths.unitGroup(name), members),
    removeUnitGroup: (name) => remove(send, paths.unitGroup(name)),
  }
}
