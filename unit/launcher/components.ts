import {
  type ComponentStatus,
  errorInfo,
  type InstanceState,
  type InstanceStatus,
  type NodeStatus,
  type UpdateManagerStatus,
} from '@windlass/model/unit'
import type { ComponentTarget, Firmware } from '../ports.ts'
import type { Site } from './placement/input.ts'

type Managers = Pick<Firmware, 'managers' | 'components'>

/** Between `prepare` and `apply` its node may restart at any time. */
export function isUpdating(firmware: Managers, nodeId: string): boolean {
  return firmware
    .managers()
    .some((one) => one.nodeId === nodeId && (one.state === 'prepared' || one.state === 'updated'))
}

/** Components that can take an image: those of an update manager that is there, or is just restarting. */
export function componentsOn(firmware: Managers, nodeId: string): Site['components'] {
  const isThere = firmware.managers().some((one) => one.nodeId === nodeId && (one.connected || one.state !== 'idle'))
  if (!isThere) return []
  const mine = firmware.components().filter((one) => one.nodeId === nodeId)
  return [
    ...new Map(mine.map(({ componentId, componentType }) => [componentId, { componentId, componentType }])).values(),
  ]
}

/** What update managers say, as instances: ordered components first, then those that came with the image. */
export function componentStatuses(
  firmware: Managers,
  targets: readonly ComponentTarget[],
  nodes: readonly NodeStatus[],
): InstanceStatus[] {
  const all = firmware.components()
  const managers = new Map(firmware.managers().map((manager) => [manager.nodeId, manager] as const))
  const ordered = targets.map((target) => targetStatus(target, all, managers.get(target.nodeId)))
  const taken = new Set(targets.map(({ nodeId, componentId }) => `${nodeId} ${componentId}`))
  const shipped = all.filter(
    ({ nodeId, componentId, state }) => state === 'installed' && !taken.has(`${nodeId} ${componentId}`),
  )
  return [...ordered, ...shipped.map((one) => shippedStatus(one, nodes))]
}

function targetStatus(
  target: ComponentTarget,
  all: readonly (ComponentStatus & { nodeId: string })[],
  manager: UpdateManagerStatus | undefined,
): InstanceStatus {
  const { ident, version, nodeId, componentId, manifestDigest } = target
  const found = all.find((one) => one.nodeId === nodeId && one.componentId === componentId && one.version === version)
  const state = stateOf(found, manager)
  const error =
    state === 'failed' ? (found?.error ?? manager?.error ?? errorInfo('failed', 'update manager failed')) : undefined
  const where = { nodeId, runtimeId: componentId, manifestDigest }
  return { ident, version, ...where, state, envVars: [], ...(error && { error }) }
}

/** A component that runs on trial, until it is applied, has arrived. */
function stateOf(found: ComponentStatus | undefined, manager: UpdateManagerStatus | undefined): InstanceState {
  if (found?.state === 'error' || (!found && manager?.state === 'failed')) return 'failed'
  if (found?.state === 'installed') return 'active'
  return manager?.state === 'updated' ? 'active' : 'activating'
}

function shippedStatus(one: ComponentStatus & { nodeId: string }, nodes: readonly NodeStatus[]): InstanceStatus {
  const { nodeId, componentId, componentType, version } = one
  const subjectId = nodes.find((node) => node.nodeId === nodeId)?.nodeType ?? nodeId
  return {
    ident: { itemId: componentType, subjectId, index: 0, type: 'component', preinstalled: true },
    version,
    nodeId,
    runtimeId: componentId,
    manifestDigest: '',
    state: 'active',
    envVars: [],
  }
}
