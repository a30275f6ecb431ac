import type { Clock, Log } from '@windlass/platform'
import type { UnitGroupOrder, UnitLabelOrder } from '@windlass/wire/operator'
import { FleetError } from '../../fleet-error.ts'
import { type LabelChange, mostLabels } from '../../groups/group.ts'
import { queryOf } from '../../groups/manage.ts'
import type { Events } from '../../telemetry/events.ts'
import type { UnitGroup, UnitGroupStore, UnitSelection } from './unit-group.ts'

export interface UnitGroupPorts {
  store: UnitGroupStore
  clock: Clock
  events: Events
  log: Log
}

/** @throws FleetError `group_unknown` */
export async function unitGroupNamed(store: UnitGroupStore, name: string): Promise<UnitGroup> {
  const group = await store.unitGroup(name)
  if (!group) throw new FleetError('group_unknown', `expected a group of units, got ${name}`)
  return group
}

/** Who is meant by a list's filter. @throws FleetError `query_invalid`, `group_unknown` */
export async function unitsMeant(
  store: UnitGroupStore,
  asked: { search?: string | undefined; query?: string | undefined; group?: string | undefined },
): Promise<UnitSelection> {
  const { search, query, group } = asked
  return {
    search,
    query: query === undefined ? undefined : queryOf(query, 'unit'),
    group: group === undefined ? undefined : await unitGroupNamed(store, group),
  }
}

/** @throws FleetError `query_invalid`, `group_exists` */
export async function newUnitGroup(ports: UnitGroupPorts, { name, query }: UnitGroupOrder): Promise<UnitGroup> {
  const group: UnitGroup = { name, query: queryOf(query, 'unit'), createdAt: ports.clock.now() }
  if ((await ports.store.addUnitGroup(group)) === 'there')
    throw new FleetError('group_exists', `expected a name that is free, got ${name}`)
  tell(ports, name, 'added')
  return group
}

/** Whom a group means from now on. @throws FleetError `query_invalid`, `group_unknown` */
export async function changeUnitGroup(ports: UnitGroupPorts, name: string, query: string): Promise<UnitGroup> {
  if ((await ports.store.changeUnitGroup(name, queryOf(query, 'unit'))) === 'changed') tell(ports, name, 'changed')
  return unitGroupNamed(ports.store, name)
}

/** @throws FleetError `group_unknown` */
export async function removeUnitGroup(ports: UnitGroupPorts, name: string): Promise<void> {
  if ((await ports.store.removeUnitGroup(name)) === 'unknown')
    throw new FleetError('group_unknown', `expected a group of units, got ${name}`)
  tell(ports, name, 'removed')
}

/** Changes labels of all that are meant, or of none; returns how many. @throws FleetError `labels_too_many` */
export async function labelUnits(
  { store, clock, events, log }: UnitGroupPorts,
  selection: UnitSelection,
  change: LabelChange,
): Promise<number> {
  const units = await store.labelUnits(selection, change)
  if (units === 'too_many')
    throw new FleetError('labels_too_many', `expected at most ${mostLabels} labels on each unit, got more on some`)
  log.info('labels of units changed', { units, set: Object.keys(change.set), removed: change.remove })
  events.publish({ kind: 'unit_labels', at: new Date(clock.now()).toISOString(), units })
  return units
}

/** @throws FleetError `query_invalid`, `group_unknown` */
export async function unitsLabelledBy(store: UnitGroupStore, { to }: UnitLabelOrder): Promise<UnitSelection> {
  return 'units' in to ? { units: to.units } : unitsMeant(store, to)
}

function tell({ clock, events, log }: UnitGroupPorts, group: string, change: 'added' | 'changed' | 'removed'): void {
  log.info(`group of units ${change}`, { group })
  events.publish({ kind: 'unit_group', at: new Date(clock.now()).toISOString(), group, change })
}
