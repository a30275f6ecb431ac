import type { ConfigStatus, ErrorInfo, ItemStatus, UnitStatus } from '@windlass/model/unit'
import type { Images, Launcher, Nodes } from '../ports.ts'

/** Where a unit's status is read from. */
export interface StatusSources {
  images: Pick<Images, 'statuses' | 'watch'>
  launcher: Pick<Launcher, 'statuses' | 'watch'>
  nodes: Pick<Nodes, 'list' | 'watch' | 'config'>
  subjects(): readonly string[]
  /** Items of what the unit was told to be and will not be, beside those that it knows of. */
  missed(known: readonly ItemStatus[]): readonly ItemStatus[]
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
  return {
    isDelta: false,
    unitConfig: configs(nodes.config(), errors.config),
    nodes: nodes.list().map((node) => {
      const error = errors.nodes.get(node.nodeId)
      return error ? { ...node, error } : node
    }),
    items: distinct([...known, ...missed(known), ...preinstalled]),
    instances,
    subjects: subjects(),
  }
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
