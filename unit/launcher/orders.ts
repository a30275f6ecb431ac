import { type EnvOverride, type InstanceOrder, type InstanceStatus, instanceKey } from '@windlass/model/unit'
import type { ComponentTarget, Placement, RunRequest, States } from '../ports.ts'
import { type Identity, numbersFor } from './identities.ts'
import { changingOrders, variablesFor } from './overrides.ts'
import type { Assignment, Placed, Unplaced } from './placement/input.ts'

export interface OrderParts {
  requests: readonly RunRequest[]
  identities: ReadonlyMap<string, Identity>
  overrides: readonly EnvOverride[]
  states: Pick<States, 'paths'>
  /** Nodes that are told even when they are to run nothing. */
  nodeIds: readonly string[]
}

/** What was decided, as it is said to nodes and update managers. */
export function placementOf({ assignments, failures }: Placed, parts: OrderParts): Placement {
  const bySm = assignments.filter(({ byUpdateManager }) => !byUpdateManager)
  const numbers = numbersFor(
    bySm.map(({ ident }) => ident),
    parts.identities,
  )
  const nodes = new Map<string, InstanceOrder[]>(parts.nodeIds.map((nodeId) => [nodeId, []]))
  for (const assignment of bySm) {
    const orders = nodes.get(assignment.nodeId) ?? []
    orders.push(orderOf(assignment, numbers.get(instanceKey(assignment.ident)) ?? { uid: 0, gid: 0 }, parts))
    nodes.set(assignment.nodeId, orders)
  }
  const components = assignments.filter(({ byUpdateManager }) => byUpdateManager).map(targetOf)
  return { requests: parts.requests, nodes, components, homeless: failures.map(homelessStatus) }
}

function orderOf(
  { request, ident, runtimeId, variant }: Assignment,
  numbers: Pick<Identity, 'uid' | 'gid'>,
  { overrides, states }: OrderParts,
): InstanceOrder {
  const { item } = variant
  return {
    ident,
    version: request.item.version,
    manifestDigest: variant.digest,
    ownerId: request.item.ownerId,
    runtimeId,
    ...numbers,
    priority: request.priority,
    ...states.paths(ident, item?.quotas ?? {}),
    envVars: variablesFor(overrides, ident),
    ...(item?.alertRules && { alertRules: item.alertRules }),
  }
}

function targetOf({ request, ident, nodeId, runtimeId, runtimeType, variant }: Assignment): ComponentTarget {
  const { annotations, layers } = variant.manifest
  return {
    ident,
    version: request.item.version,
    nodeId,
    componentId: runtimeId,
    componentType: runtimeType,
    manifestDigest: variant.digest,
    image: { digest: layers[0]?.digest ?? '', size: layers[0]?.size ?? 0 },
    annotations: Object.keys(annotations).length > 0 ? JSON.stringify(annotations) : '',
  }
}

function homelessStatus({ request, ident, error }: Unplaced): InstanceStatus {
  const { version } = request.item
  return { ident, version, nodeId: '', runtimeId: '', manifestDigest: '', state: 'failed', envVars: [], error }
}

/** Numbers may have been given away since the placement was made; those who had some keep them. */
export function renumbered(placement: Placement, known: ReadonlyMap<string, Identity>): Placement {
  const orders = [...placement.nodes.values()].flat().toSorted((one, other) => one.uid - other.uid)
  const numbers = numbersFor(
    orders.map(({ ident }) => ident),
    known,
  )
  return changingOrders(placement, (order) => ({ ...order, ...numbers.get(instanceKey(order.ident)) }))
}
