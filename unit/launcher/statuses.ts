import { type ErrorInfo, type InstanceOrder, type InstanceStatus, instanceKey } from '@windlass/model/unit'
import type { Placement } from '../ports.ts'
import { matches } from './conversation.ts'

export interface Heard {
  placement: Placement
  /** What a node said last; undefined when it said nothing since it connected. */
  instances: (nodeId: string) => readonly InstanceStatus[] | undefined
  nodeIds: readonly string[]
  /** Instances that were waited for in vain, by node and instance. */
  overdue: ReadonlyMap<string, ErrorInfo>
}

/**
 * Every instance that is to run, as its node tells of it, `activating` until it does; those without a place; and what
 * nodes have besides: what came with the image, and what stands still there.
 */
export function serviceStatuses(heard: Heard): InstanceStatus[] {
  const { placement, instances, nodeIds } = heard
  const wanted = new Set([...placement.nodes.values()].flat().map(({ ident }) => instanceKey(ident)))
  const placed = [...placement.nodes].flatMap(([nodeId, orders]) => {
    const said = new Map((instances(nodeId) ?? []).map((status) => [instanceKey(status.ident), status]))
    return orders.map((order) => placedStatus(nodeId, order, said.get(instanceKey(order.ident)), heard.overdue))
  })
  const besides = nodeIds.flatMap((nodeId) =>
    (instances(nodeId) ?? []).filter(
      ({ ident, state }) => ident.preinstalled || (state === 'inactive' && !wanted.has(instanceKey(ident))),
    ),
  )
  return [...placed, ...placement.homeless, ...besides]
}

function placedStatus(
  nodeId: string,
  order: InstanceOrder,
  said: InstanceStatus | undefined,
  overdue: Heard['overdue'],
): InstanceStatus {
  if (said && matches(order, said) && said.state !== 'activating') return { ...said, nodeId }
  const { ident, version, runtimeId, manifestDigest } = order
  const error = overdue.get(`${nodeId} ${instanceKey(ident)}`)
  const state = error ? 'failed' : 'activating'
  return {
    ident,
    version,
    nodeId,
    runtimeId,
    manifestDigest,
    state,
    envVars: said?.envVars ?? [],
    ...(error && { error }),
  }
}

/** What is new or different, by instance and version. */
export function changedStatuses(before: readonly InstanceStatus[], now: readonly InstanceStatus[]): InstanceStatus[] {
  const known = new Set(before.map((status) => JSON.stringify(status)))
  return now.filter((status) => !known.has(JSON.stringify(status)))
}
