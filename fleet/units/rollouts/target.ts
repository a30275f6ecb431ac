import { matchesQuery, type Query } from '@windlass/model'
import type { UnitTarget } from '@windlass/wire/operator'
import { queryOf } from '../../groups/manage.ts'
import type { Audience } from '../../rollout/audience.ts'
import { unitGroupNamed } from '../groups/manage.ts'
import { subjectOf, type UnitGroup, type UnitGroupStore } from '../groups/unit-group.ts'
import type { Unit } from '../records.ts'

/** Whom a rollout of a release is for. It keeps what its groups meant when it started. */
export type UnitTo = { all: true } | { model: string } | { units: readonly string[] } | Audience

/** Whether a rollout is for a unit as it is. The same in SQL: adapters/postgres/unit-rollouts.ts. */
export function isFor(to: UnitTo, unit: Unit): boolean {
  if ('units' in to) return to.units.includes(unit.id)
  if ('query' in to) return matchesQuery(to.query, subjectOf(unit))
  return 'model' in to ? to.model === unit.model : true
}

type Groups = ReadonlyMap<string, { members: { query: Query } }>

/** The groups that an order names, as plans want them. @throws FleetError `group_unknown` */
export async function unitGroupsIn(
  store: UnitGroupStore,
  { to, phases = [] }: { to: object; phases?: readonly { size: object }[] | undefined },
): Promise<Groups> {
  const sizes = [to, ...phases.map(({ size }) => size)] as { group?: string }[]
  const names = [...new Set(sizes.flatMap(({ group }) => group ?? []))]
  const found: UnitGroup[] = []
  for (const name of names) found.push(await unitGroupNamed(store, name))
  return new Map(found.map(({ name, query }) => [name, { members: { query } }]))
}

/** Whom an order is for. @throws FleetError `query_invalid` */
export function unitTargetOf(to: UnitTarget, groups: Groups): UnitTo {
  if ('query' in to) return { query: queryOf(to.query, 'unit'), group: null }
  if (!('group' in to)) return to
  const group = groups.get(to.group)
  if (!group) throw new Error(`expected group ${to.group} to have been read`)
  return { query: group.members.query, group: to.group }
}
