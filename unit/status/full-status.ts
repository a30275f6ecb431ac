import {
  type ConfigStatus,
  type ErrorInfo,
  type ItemStatus,
  isMainNode,
  type NodeStatus,
  type UnitStatus,
} from '@windlass/model/unit'
import type { Known, Told } from '../desired-state/given-up.ts'
import type { Images, Launcher, Nodes } from '../ports.ts'

/** Where a unit's status is read from. */
export interface StatusSources {
  images: Pick<Images, 'statuses' | 'watch'>
  launcher: Pick<Launcher, 'statuses' | 'watch'>
  nodes: Pick<Nodes, 'list' | 'watch' | 'config'>
  subjects(): readonly string[]
  /** What the unit was told to be and will not be, beside what it knows of; undefined where there is nothing of the kind. */
  missed(known: Known): Told | undefined
}

/** What an update could not set, until the next full status has told it. */
export interface StatusErrors {
  config?: { version: string; error: ErrorInfo }
  nodes: ReadonlyMap<string, ErrorInfo>
}

/** All that a unit is (aoscore.md 2.1.7). Removed items are not listed; preinstalled instances count as items, too. */
export function fullStatus(
  { images, launcher, nodes, subjects, missed }: StatusSources,
  errors: StatusErrors,
): UnitStatus {
  const instances = launcher.statuses()
  const preinstalled = instances
    .filter(({ ident }) => ident.preinstalled)
    .map(
      ({ ident, version }): ItemStatus => ({
        itemId: ident.itemId,
        type: ident.type,
        version,
        state: 'installed',
        preinstalled: true,
      }),
    )
  const known = images.statuses().filter(({ state }) => state !== 'removed')
  const config = nodes.config()
  const told = missed({ items: known, instances, config })
  return {
    isDelta: false,
    unitConfig: configs(config, errors.config ?? told?.config),
    nodes: nodes.list().map((node) => {
      const error = errors.nodes.get(node.nodeId)
      return error ? { ...node, error } : withUnitError(node, told)
    }),
    items: distinct([...known, ...(told?.items ?? []), ...preinstalled]),
    instances: [...instances, ...(told?.instances ?? [])],
    subjects: subjects(),
  }
}

/** The protocol has no place for an error of the whole unit: its main node has it. */
export function withUnitError(node: NodeStatus, told: Told | undefined): NodeStatus {
  return told?.error && !node.error && isMainNode(node) ? { ...node, error: told.error } : node
}

/** The configuration in force, and after it the one that could not be set. */
export function configs(current: ConfigStatus, failed: StatusErrors['config']): readonly ConfigStatus[] {
  if (!failed || failed.version === current.version) return failed ? [{ ...current, error: failed.error }] : [current]
  return [current, { version: failed.version, state: 'failed', error: failed.error }]
}

/** The last word about each. */
function distinct(items: readonly ItemStatus[]): readonly ItemStatus[] {
  return [...new Map(items.map((item) => [`${item.itemId} ${item.version}`, item])).values()]
}
