import { type ComponentUpdate, isMainNode } from '@windlass/model/unit'
import type { ComponentTarget } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import type { UpdatePorts } from './ports.ts'

/**
 * The images that each node's update manager is to prepare. The main node reads the store's own file, others fetch it from
 * the unit (aoscore.md 7.3).
 */
export async function componentUpdates(
  targets: readonly ComponentTarget[],
  ports: UpdatePorts,
  stop: AbortSignal,
): Promise<Map<string, readonly ComponentUpdate[]>> {
  const updates = new Map<string, ComponentUpdate[]>()
  for (const target of targets) {
    if (isThere(target, ports)) continue
    const mine = updates.get(target.nodeId) ?? []
    mine.push(await componentUpdate(target, ports, stop))
    updates.set(target.nodeId, mine)
  }
  return updates
}

/** An update manager refuses a version that it already has (aoscore.md 7.1). */
function isThere({ nodeId, componentId, version }: ComponentTarget, { firmware }: UpdatePorts): boolean {
  const managers = firmware.managers().filter((manager) => manager.nodeId === nodeId)
  const known = managers.flatMap(({ components }) => components).filter((one) => one.componentId === componentId)
  return known.length > 0 && known.every((one) => one.state === 'installed' && one.version === version)
}

async function componentUpdate(
  target: ComponentTarget,
  ports: UpdatePorts,
  stop: AbortSignal,
): Promise<ComponentUpdate> {
  const { componentId, componentType, version, annotations, image, nodeId } = target
  const path = await ports.images.blobPath(image.digest)
  if (path === undefined)
    throw new UnitError('item_unknown', `component ${componentId}: expected its image ${image.digest}, got nothing`)
  const main = ports.nodes.list().some((node) => node.nodeId === nodeId && isMainNode(node))
  const url = main ? `file://${path}` : await ports.images.blobUrl(image.digest)
  const { sha3, size } = await ports.imageFile(path, stop)
  return { componentId, componentType, version, annotations, url: url ?? '', sha3, size }
}
