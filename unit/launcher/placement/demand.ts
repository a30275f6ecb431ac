import type { NodeConfig } from '@windlass/model/unit'
import type { ItemConfig, ItemVariant, Platform } from '@windlass/wire/oci'
import type { RunRequest } from '../../ports.ts'
import { platformOf } from './platform.ts'

/** What one instance of a variant asks of the place where it runs. */
export interface Demand {
  variant: ItemVariant
  labels: readonly string[]
  resources: readonly string[]
  /** Any of these. */
  types: readonly string[]
  platform?: Platform
  cpu: Amount
  ram: Amount
  /** False: what it uses is of no account. */
  isCounted: boolean
}

/** A fixed amount, or a share of `quota` that the node's configuration decides. */
export type Amount = { fixed: number } | { quota: number }

export type Ratios = NonNullable<NodeConfig['resourceRatios']>

const nothing: Amount = { fixed: 0 }
const defaultTypes: readonly string[] = ['crun', 'runc']
const defaultRatio = 50

/** A component takes no CPU, memory or shared resources. */
export function demandOf({ item, labels }: RunRequest, variant: ItemVariant): Demand {
  const config = variant.item
  const isComponent = item.type === 'component'
  const isCounted = !isComponent && config?.skipResourceLimits !== true
  const platform = platformOf(variant)
  return {
    variant,
    labels,
    resources: isComponent ? [] : (config?.resources.map(({ name }) => name) ?? []),
    types: config?.runtimes.length || isComponent ? (config?.runtimes ?? []) : defaultTypes,
    ...(platform && { platform }),
    cpu: isCounted ? amount(config?.requested.cpu, config?.quotas.cpuDmips) : nothing,
    ram: isCounted ? amount(config?.requested.ram, config?.quotas.ram) : nothing,
    isCounted,
  }
}

/** What is reserved in the unit's pools for an instance's storage or state. */
export function pooled(config: ItemConfig | undefined, pool: 'storage' | 'state', ratios: Ratios): number {
  return amountOn(amount(config?.requested[pool], config?.quotas[pool]), ratios[pool])
}

/** @param ratio percent, default 50 */
export function amountOn(wanted: Amount, ratio: number = defaultRatio): number {
  return 'fixed' in wanted ? wanted.fixed : (wanted.quota * ratio) / 100
}

function amount(requested: number | undefined, quota: number | undefined): Amount {
  if (requested !== undefined) return { fixed: Math.min(requested, quota ?? Infinity) }
  return quota === undefined ? nothing : { quota }
}
