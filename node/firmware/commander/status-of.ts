import { type ComponentStatus, errorInfo, type UpdateManagerStatus } from '@windlass/model/unit'
import type { Component } from './check-order.ts'
import type { Order } from './order.ts'

/** What the unit is told (aoscore.md 7.1): the version from before as installed, while an update runs; its targets beside. */
export function statusOf(
  order: Order,
  { id, type, version }: Component,
  { nodeId, priority }: Pick<UpdateManagerStatus, 'nodeId' | 'priority'>,
): UpdateManagerStatus {
  const rests = order.state === 'idle' && order.doing === null
  const installed: ComponentStatus = {
    componentId: id,
    componentType: type,
    version: rests ? version : order.before,
    state: 'installed',
  }
  const coming = order.state === 'idle' ? [] : order.updates.filter((update) => !isTroubled(order, update))
  const targets = coming.map(({ componentId, componentType, version: target }): ComponentStatus => {
    return { componentId, componentType, version: target, state: 'installing' }
  })
  const troubles = order.troubles.map(({ message, ...component }): ComponentStatus => {
    return { ...component, state: 'error', error: errorInfo('failed', message) }
  })
  return {
    nodeId,
    priority,
    state: order.state,
    components: [installed, ...targets, ...troubles],
    ...(order.trouble !== null && { error: errorInfo('failed', order.trouble) }),
  }
}

function isTroubled({ troubles }: Order, { componentId, version }: { componentId: string; version: string }): boolean {
  return troubles.some((trouble) => trouble.componentId === componentId && trouble.version === version)
}
