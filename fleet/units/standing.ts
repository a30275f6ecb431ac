import type { DesiredState, ErrorInfo, InstanceStatus, UnitStatus } from '@windlass/model/unit'

export interface UnitStanding {
  standing: 'idle' | 'unheard' | 'on_the_way' | 'arrived' | 'failed'
  /** What is missing or broke, for people; null when there is nothing to say. */
  why: string | null
}

/** Where a unit is on its way to what it should be, by what it said. Pure. */
export function unitStanding(desired: DesiredState | null, status: UnitStatus | null): UnitStanding {
  if (!desired) return { standing: 'idle', why: null }
  if (!status) return { standing: 'unheard', why: 'the unit has not been heard yet' }
  const failure = firstFailure(desired, status)
  if (failure) return { standing: 'failed', why: failure }
  const missing = firstMissing(desired, status)
  return missing ? { standing: 'on_the_way', why: missing } : { standing: 'arrived', why: null }
}

function firstFailure({ items = [], instances, unitConfig }: DesiredState, status: UnitStatus): string | undefined {
  const item = status.items?.find(
    ({ state, itemId, version }) =>
      state === 'failed' && items.some((one) => one.itemId === itemId && one.version === version),
  )
  if (item) return `item ${item.itemId} ${item.version}: ${text(item.error)}`
  const config = status.unitConfig?.find(({ state, version }) => state === 'failed' && version === unitConfig?.version)
  if (config) return `unit configuration ${config.version}: ${text(config.error)}`
  const isWanted = ({ itemId, subjectId, index }: InstanceStatus['ident']) =>
    !instances ||
    instances.some(
      (one) =>
        one.itemId === itemId && one.subjectId === subjectId && (one.numInstances === 0 || index < one.numInstances),
    )
  // One that is not wanted any more may have been told for a release before.
  const instance = status.instances?.find(
    ({ state, ident }) => state === 'failed' && !ident.preinstalled && isWanted(ident),
  )
  if (instance) return `${nameOf(instance)}: ${text(instance.error)}`
  const node = status.nodes?.find(({ error }) => error !== undefined)
  return node && `node ${node.nodeId}: ${text(node.error)}`
}

function firstMissing(
  { items = [], instances = [], unitConfig }: DesiredState,
  status: UnitStatus,
): string | undefined {
  const installed = (itemId: string, version: string) =>
    status.items?.some((one) => one.itemId === itemId && one.version === version && one.state === 'installed')
  const item = items.find(({ itemId, version }) => !installed(itemId, version))
  if (item) return `item ${item.itemId} ${item.version} is not installed yet`
  const config = status.unitConfig?.some(
    ({ version, state }) => version === unitConfig?.version && state === 'installed',
  )
  if (unitConfig && !config) return `unit configuration ${unitConfig.version} is not installed yet`
  for (const { itemId, subjectId, numInstances } of instances) {
    const version = items.find((one) => one.itemId === itemId)?.version
    const running = status.instances?.filter(
      ({ ident, state, version: is }) =>
        ident.itemId === itemId && ident.subjectId === subjectId && state === 'active' && is === version,
    )
    const wanted = Math.max(1, numInstances)
    const isTooMany = numInstances > 0 && (running?.length ?? 0) > numInstances
    if ((running?.length ?? 0) < wanted || isTooMany)
      return `${itemId} ${version}: ${running?.length ?? 0} of ${wanted} instances run`
  }
  return undefined
}

function nameOf({ ident, version, nodeId }: InstanceStatus): string {
  return `${ident.itemId} ${version}, instance ${ident.index}${nodeId ? ` on ${nodeId}` : ''}`
}

function text(error: ErrorInfo | undefined): string {
  return error?.message || 'failed without a reason'
}
