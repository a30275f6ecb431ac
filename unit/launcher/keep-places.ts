import { type InstanceOrder, instanceKey } from '@windlass/model/unit'
import type { Placement } from '../ports.ts'

/**
 * The placement, with those of its predecessor that have to stay where they are whatever was decided: components of update
 * managers, which the update alone tells, and orders of which `stays` says so.
 */
export function keepingPlaces(
  placed: Placement,
  { components, nodes }: Placement,
  stays: (order: InstanceOrder, nodeId: string) => boolean,
): Placement {
  const found = new Set([...placed.nodes.values()].flat().map(({ ident }) => instanceKey(ident)))
  const left = (nodeId: string) =>
    (nodes.get(nodeId) ?? []).filter((order) => !found.has(instanceKey(order.ident)) && stays(order, nodeId))
  const kept = [...placed.nodes].map(([nodeId, orders]) => [nodeId, [...orders, ...left(nodeId)]] as const)
  const keys = new Set([...kept.flatMap(([, orders]) => orders), ...components].map(({ ident }) => instanceKey(ident)))
  return {
    ...placed,
    nodes: new Map(kept),
    components,
    homeless: placed.homeless.filter(({ ident }) => !keys.has(instanceKey(ident))),
  }
}

export function isComponent({ ident }: Pick<InstanceOrder, 'ident'>): boolean {
  return ident.type === 'component'
}
