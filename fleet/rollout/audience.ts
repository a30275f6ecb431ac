import { matchesQuery, printQuery, type Query, type Subject } from '@windlass/model'
import type { RolloutOrder, RolloutTarget } from '@windlass/wire/operator'
import type { Group, GroupStore } from '../groups/group.ts'
import { groupNamed, queryOf } from '../groups/manage.ts'
import type { Order, Target } from '../store/records.ts'
import { type Phase, type Plan, phaseAt, pointOf } from './plan.ts'

/**
 * Those of which a query is true, later ones too. `group`: by whose name it was asked for. A rollout keeps what its groups meant
 * when it started, so that it goes on when one is removed.
 */
export interface Audience {
  group: string | null
  query: Query
}

/** What a rollout gave to whom, and in which phase: that holds, whatever becomes of who it was given to. */
export interface Given {
  rollout: number
  phase: number
}

/** The devices of a phase that takes a listed group. */
export interface PhaseList {
  phase: number
  devices: readonly string[]
}

/** The groups that an order names. @throws FleetError `group_unknown` */
export async function groupsIn(
  store: Pick<GroupStore, 'group'>,
  { to, phases = [] }: { to: object; phases?: RolloutOrder['phases'] },
): Promise<Map<string, Group>> {
  const sizes = [to, ...phases.map(({ size }) => size)] as { group?: string }[]
  const names = new Set(sizes.flatMap(({ group }) => group ?? []))
  return new Map(await Promise.all([...names].map(async (name) => [name, await groupNamed(store, name)] as const)))
}

/** Whom an order is for. @throws FleetError `query_invalid` */
export function targetOf(to: RolloutTarget, groups: ReadonlyMap<string, Group>): Target {
  if ('product' in to || 'devices' in to) return to
  if (!('group' in to)) return { query: queryOf(to.query), group: null }
  const members = groups.get(to.group)?.members ?? { devices: [] }
  return 'query' in members ? { query: members.query, group: to.group } : { devices: members.devices, group: to.group }
}

export function listsOf({ phases }: Plan, groups: ReadonlyMap<string, Group>): PhaseList[] {
  return phases.flatMap(({ size }, phase) => {
    const members = 'group' in size ? groups.get(size.group)?.members : undefined
    return members && 'devices' in members ? [{ phase, devices: members.devices }] : []
  })
}

/** Whether a rollout is for somebody: now, or when it was given to him. The stores' SQL says the same. */
export function isMeant(
  subject: Subject,
  given: readonly Given[],
  { rollout, audience }: Pick<Order, 'rollout' | 'audience'>,
): boolean {
  return audience === null || matchesQuery(audience.query, subject) || given.some((one) => one.rollout === rollout)
}

/** The phase to which somebody belongs, 0 the first: that in which it was given, else the first whose group, else by the ring. */
export function phaseOf(
  subject: Subject,
  given: readonly Given[],
  order: Pick<Order, 'rollout' | 'plan' | 'bounds' | 'listed'>,
): number {
  const { rollout, plan, bounds, listed } = order
  const before = given.find((one) => one.rollout === rollout)
  if (before) return before.phase
  const byGroup = phaseByGroup(subject, plan.phases, listed)
  if (byGroup !== null) return byGroup
  return bounds.length === 0 ? 0 : phaseAt(bounds, pointOf(rollout, subject.id))
}

/** The first phase whose group somebody is in; null: none. `listed`: the first of those that list them. */
export function phaseByGroup(subject: Subject, phases: readonly Phase[], listed: number | null): number | null {
  const at = phases.findIndex(
    ({ size }, i) => 'group' in size && (size.query ? matchesQuery(size.query, subject) : listed === i),
  )
  return at < 0 ? null : at
}

/** `group canary`, or the query. */
export function audienceText({ group, query }: Audience): string {
  return group === null ? `those of which is true: ${printQuery(query)}` : `group ${group}`
}
