import { type About, parseQuery, type Query, QueryError } from '@windlass/model'
import type { Clock, Log } from '@windlass/platform'
import type { GroupMembers, GroupOrder, LabelChange as LabelChangeRecord, LabelOrder } from '@windlass/wire/operator'
import { FleetError } from '../fleet-error.ts'
import type { Events } from '../telemetry/events.ts'
import { labelsIn } from './extent.ts'
import { type Group, type GroupStore, type LabelChange, mostLabels, type Selection } from './group.ts'

export interface GroupPorts {
  store: GroupStore
  clock: Clock
  events: Events
  log: Log
}

/** A query about devices, or about units. @throws FleetError `query_invalid`, with the place that is off */
export function queryOf(text: string, about: About = 'device'): Query {
  try {
    return parseQuery(text, about)
  } catch (cause) {
    if (!(cause instanceof QueryError)) throw cause
    throw new FleetError('query_invalid', cause.message, { cause })
  }
}

/** @throws FleetError `group_unknown` */
export async function groupNamed(store: Pick<GroupStore, 'group'>, name: string): Promise<Group> {
  const group = await store.group(name)
  if (!group) throw new FleetError('group_unknown', `expected a group of this fleet, got ${name}`)
  return group
}

/** Who is meant by a list's filter. @throws FleetError `query_invalid`, `group_unknown` */
export async function selectionOf(
  store: Pick<GroupStore, 'group'>,
  asked: { search?: string | undefined; query?: string | undefined; group?: string | undefined },
): Promise<Selection> {
  const { search, query, group } = asked
  return {
    search,
    query: query === undefined ? undefined : queryOf(query),
    group: group === undefined ? undefined : await groupNamed(store, group),
  }
}

/** @throws FleetError `query_invalid`, `group_exists`, `device_unknown` */
export async function newGroup(ports: GroupPorts, order: GroupOrder): Promise<Group> {
  const group: Group = { name: order.name, members: membersAsked(order), createdAt: ports.clock.now() }
  const outcome = await ports.store.addGroup(group)
  if (outcome === 'there') throw new FleetError('group_exists', `expected a name that is free, got ${group.name}`)
  if (outcome === 'unknown') throw strangers()
  tell(ports, group.name, 'added')
  return group
}

/** Whom a group means from now on. @throws FleetError `query_invalid`, `group_unknown`, `device_unknown` */
export async function changeGroup(ports: GroupPorts, name: string, order: GroupMembers): Promise<Group> {
  const outcome = await ports.store.changeGroup(name, membersAsked(order))
  if (outcome === 'unlisted') throw strangers()
  if (outcome === 'changed') tell(ports, name, 'changed')
  return groupNamed(ports.store, name)
}

/** `granted`: groups over which somebody has a role. @throws FleetError `group_unknown`, `group_in_use` */
export async function removeGroup(ports: GroupPorts, name: string, granted: readonly string[]): Promise<void> {
  // Another group of this name would be theirs.
  if (granted.includes(name))
    throw new FleetError('group_in_use', `expected a group over which nobody has a role, got ${name}`)
  if ((await ports.store.removeGroup(name)) === 'unknown')
    throw new FleetError('group_unknown', `expected a group of this fleet, got ${name}`)
  tell(ports, name, 'removed')
}

/** Changes labels of all that are meant, or of none; returns how many. @throws FleetError `labels_too_many` */
export async function label(ports: GroupPorts, selection: Selection, change: LabelChange): Promise<number> {
  const { store, clock, events, log } = ports
  const devices = await store.labelDevices(selection, change)
  if (devices === 'too_many')
    throw new FleetError('labels_too_many', `expected at most ${mostLabels} labels on each device, got more on some`)
  log.info('labels changed', { devices, set: Object.keys(change.set), removed: change.remove })
  events.publish({ kind: 'labels', at: new Date(clock.now()).toISOString(), devices })
  return devices
}

/**
 * The labels that a group over which somebody has a role asks about say how far that role reaches: whoever may not operate
 * everything leaves them alone. @throws FleetError `role_missing`
 */
export async function checkLabels(
  store: Pick<GroupStore, 'groupHeads'>,
  granted: readonly string[],
  { set = {}, remove = [] }: LabelChangeRecord,
): Promise<void> {
  const keys = new Set([...Object.keys(set), ...remove])
  for (const { name, query } of await store.groupHeads(granted)) {
    const key = query && labelsIn(query).find((one) => keys.has(one))
    if (key == null) continue
    const why = `group ${name}, over which somebody has a role, asks about it`
    throw new FleetError('role_missing', `expected a role over the whole fleet to change the label ${key}: ${why}`)
  }
}

/** @throws FleetError `query_invalid`, `group_unknown` */
export async function labelledBy(store: Pick<GroupStore, 'group'>, { to }: LabelOrder): Promise<Selection> {
  return 'devices' in to ? { devices: to.devices } : selectionOf(store, to)
}

function membersAsked(order: GroupMembers): Group['members'] {
  return 'query' in order ? { query: queryOf(order.query) } : { devices: order.devices }
}

function strangers(): FleetError {
  return new FleetError('device_unknown', 'expected devices of this fleet, got some that were never seen')
}

function tell({ clock, events, log }: GroupPorts, group: string, change: 'added' | 'changed' | 'removed'): void {
  log.info(`group ${change}`, { group })
  events.publish({ kind: 'group', at: new Date(clock.now()).toISOString(), group, change })
}
