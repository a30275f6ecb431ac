import { type ErrorInfo, errorInfo, isMainNode } from '@windlass/model/unit'
import type { ItemConfig } from '@windlass/wire/oci'
import { pooled, type Ratios } from './demand.ts'
import type { Site } from './input.ts'

/** The main node's partitions for storages and states: one pool where they are one partition (aoscore.md 5.3). */
export class Pools {
  readonly #ratios: Ratios
  readonly #free = { storage: { bytes: Infinity }, state: { bytes: Infinity } }

  constructor(sites: readonly Site[]) {
    const main = sites.find(({ node }) => isMainNode(node))
    const partitions = main?.node.partitions.map(({ types, totalSize }) => ({ types, bytes: totalSize })) ?? []
    this.#ratios = main?.config.resourceRatios ?? {}
    this.#free.storage = partitions.find(({ types }) => types.includes('storages')) ?? this.#free.storage
    this.#free.state = partitions.find(({ types }) => types.includes('states')) ?? this.#free.state
  }

  /** Why the instance's folders find no room. */
  refuses(config: ItemConfig | undefined): ErrorInfo | undefined {
    const storage = pooled(config, 'storage', this.#ratios)
    const state = pooled(config, 'state', this.#ratios)
    const besides = this.#free.storage === this.#free.state ? storage : 0
    if (storage > 0 && storage > this.#free.storage.bytes) return errorInfo('noMemory', 'not enough storage space')
    if (state > 0 && state + besides > this.#free.state.bytes) return errorInfo('noMemory', 'not enough state space')
    return undefined
  }

  take(config: ItemConfig | undefined): void {
    this.#free.storage.bytes -= pooled(config, 'storage', this.#ratios)
    this.#free.state.bytes -= pooled(config, 'state', this.#ratios)
  }
}
