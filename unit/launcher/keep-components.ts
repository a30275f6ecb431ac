import { type InstanceOrder, instanceKey } from '@windlass/model/unit'
import type { Placement } from '../ports.ts'

/**
 * A component is never moved: not one of an update manager, which the update alone tells, and not one that a node runs,
 * however long the node is away.
 */
export function keepingComponents(placed: Placement, { components, nodes }: Placement): Placement {
  const found = new Set([...placed.nodes.values()].flat().map(({ ident }) => instanceKey(ident)))
  const left = (nodeId: string) =>
    (nodes.get(nodeId) ?? []).filter((order) => isComponent(order) && !found.has(instanceKey(order.ident)))
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
