import {
  type EnvOverride,
  type EnvVar,
  type EnvVarStatus,
  type InstanceIdent,
  type InstanceOrder,
  matchesFilter,
} from '@windlass/model/unit'
import type { Placement } from '../ports.ts'

/** The overrides without the variables whose time is over (aoscore.md 5.6). */
export function stillValid(items: readonly EnvOverride[], nowMs: number): EnvOverride[] {
  return items
    .map((item) => ({ ...item, variables: item.variables.filter(({ ttlMs }) => ttlMs === undefined || ttlMs > nowMs) }))
    .filter(({ variables }) => variables.length > 0)
}

/** The variables of one instance, by name; of two that set the same name the later counts. */
export function variablesFor(items: readonly EnvOverride[], ident: InstanceIdent): EnvVar[] {
  const mine = items.filter(({ filter }) => matchesFilter(filter, ident)).flatMap(({ variables }) => variables)
  const byName = new Map(mine.map(({ name, value }) => [name, { name, value }]))
  return [...byName.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** One line for each instance and variable. */
export function overrideStatuses(items: readonly EnvOverride[], idents: readonly InstanceIdent[]): EnvVarStatus[] {
  return idents.flatMap((ident) => {
    const { itemId, subjectId, index } = ident
    return variablesFor(items, ident).map(({ name }) => ({ ident: { itemId, subjectId, index }, name }))
  })
}

/** The same placement with the variables of these overrides. */
export function overrideVariables(placement: Placement, items: readonly EnvOverride[]): Placement {
  return changingOrders(placement, (order) => ({ ...order, envVars: variablesFor(items, order.ident) }))
}

export function changingOrders(placement: Placement, change: (order: InstanceOrder) => InstanceOrder): Placement {
  const nodes = [...placement.nodes].map(([nodeId, orders]) => [nodeId, orders.map(change)] as const)
  return { ...placement, nodes: new Map(nodes) }
}
