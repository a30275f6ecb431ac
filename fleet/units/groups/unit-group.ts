import { matchesQuery, type Query, type Subject } from '@windlass/model'
import type { LabelChange } from '../../groups/group.ts'
import type { Unit } from '../records.ts'
import type { UnitCounts } from './unit-counts.ts'

/** Some units under a name: those of which a query is true, later ones too. */
export interface UnitGroup {
  name: string
  query: Query
  createdAt: number
}

/** Which units are meant: those of which all that is given is true. `search`: a piece of an id or a model. */
export interface UnitSelection {
  search?: string | undefined
  query?: Query | undefined
  group?: UnitGroup | undefined
  units?: readonly string[] | undefined
}

export interface UnitGroupStore {
  addUnitGroup(group: UnitGroup): Promise<'added' | 'there'>
  unitGroup(name: string): Promise<UnitGroup | undefined>
  /** By name. */
  unitGroups(): Promise<UnitGroup[]>
  /** Whom it means from now on. */
  changeUnitGroup(name: string, query: Query): Promise<'changed' | 'unknown'>
  removeUnitGroup(name: string): Promise<'removed' | 'unknown'>
  /** How many units are meant now. */
  countUnits(selection: UnitSelection): Promise<number>
  unitCounts(): Promise<UnitCounts>
  /** Returns how many units are meant; `too_many` where one of them would have too many labels: then nothing is done. */
  labelUnits(selection: UnitSelection, change: LabelChange): Promise<number | 'too_many'>
}

/** A unit as queries see it. */
export function subjectOf({ id, model, standing, labels }: Unit): Subject {
  return { id, model, standing, labels }
}

/** The store's SQL says the same. */
export function isMeant(unit: Unit, { search = '', query, group, units }: UnitSelection): boolean {
  return (
    `${unit.id} ${unit.model}`.toLowerCase().includes(search.toLowerCase()) &&
    (!query || matchesQuery(query, subjectOf(unit))) &&
    (!group || matchesQuery(group.query, subjectOf(unit))) &&
    (!units || units.includes(unit.id))
  )
}
