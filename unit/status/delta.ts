import {
  type ConfigStatus,
  type InstanceStatus,
  type ItemStatus,
  instanceKey,
  type NodeStatus,
  type UnitStatus,
} from '@windlass/model/unit'

/** Changes of a unit, the newest of each thing (aoscore.md 2.1.7). */
export class Delta {
  readonly #nodes = new Map<string, NodeStatus>()
  readonly #items = new Map<string, ItemStatus>()
  readonly #instances = new Map<string, InstanceStatus>()
  #unitConfig: readonly ConfigStatus[] | undefined
  #subjects: readonly string[] | undefined

  node(node: NodeStatus): void {
    this.#nodes.set(node.nodeId, node)
  }

  items(items: readonly ItemStatus[]): void {
    for (const item of items) this.#items.set(JSON.stringify([item.itemId, item.version]), item)
  }

  instances(instances: readonly InstanceStatus[]): void {
    for (const one of instances) this.#instances.set(`${instanceKey(one.ident)} ${one.version}`, one)
  }

  unitConfig(configs: readonly ConfigStatus[]): void {
    this.#unitConfig = configs
  }

  subjects(subjects: readonly string[]): void {
    this.#subjects = subjects
  }

  /** What was collected, and forgets it; undefined when that is nothing. */
  take(): UnitStatus | undefined {
    const status: UnitStatus = {
      isDelta: true,
      ...(this.#unitConfig && { unitConfig: this.#unitConfig }),
      ...(this.#nodes.size > 0 && { nodes: [...this.#nodes.values()] }),
      ...(this.#items.size > 0 && { items: [...this.#items.values()] }),
      ...(this.#instances.size > 0 && { instances: [...this.#instances.values()] }),
      ...(this.#subjects && { subjects: this.#subjects }),
    }
    this.clear()
    return Object.keys(status).length > 1 ? status : undefined
  }

  clear(): void {
    this.#nodes.clear()
    this.#items.clear()
    this.#instances.clear()
    this.#unitConfig = undefined
    this.#subjects = undefined
  }
}
