import { type InstanceStatus, type ItemStatus, instanceKey, type UnitStatus } from '@windlass/model/unit'

/**
 * Works what a unit said into what was known (aoscore.md 2.1.7): a full status replaces all of it, a delta the entries it
 * names. A delta for a unit that nothing is known of yet stands alone.
 */
export function mergeStatus(before: UnitStatus | null, said: UnitStatus): UnitStatus {
  if (!said.isDelta || !before) return { ...said, isDelta: false }
  return {
    isDelta: false,
    ...pick('unitConfig', said.unitConfig ?? before.unitConfig),
    ...pick('subjects', said.subjects ?? before.subjects),
    ...pick(
      'nodes',
      merged(before.nodes, said.nodes, ({ nodeId }) => nodeId),
    ),
    ...pick(
      'items',
      merged(before.items, said.items, itemKey)?.filter(({ state }) => state !== 'removed'),
    ),
    ...pick('instances', merged(before.instances, said.instances, versionKey)),
  }
}

function pick<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: T })
}

function merged<T>(before: readonly T[] | undefined, said: readonly T[] | undefined, keyOf: (one: T) => string) {
  if (!said) return before
  return [...new Map([...(before ?? []), ...said].map((one) => [keyOf(one), one])).values()]
}

function itemKey({ itemId, version }: ItemStatus): string {
  return JSON.stringify([itemId, version])
}

function versionKey({ ident, version }: InstanceStatus): string {
  return `${instanceKey(ident)} ${version}`
}
