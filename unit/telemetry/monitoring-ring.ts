import { type InstanceIdent, instanceKey, type Monitoring, type UnitMonitoring, type Usage } from '@windlass/model/unit'

const most = 16

type NodeLine = UnitMonitoring['nodes'][number]
type InstanceLine = UnitMonitoring['instances'][number]
type Open<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }

/** What was measured since it was last taken: the newest 16 of each kind for each node and instance (aoscore.md 9.1). */
export class MonitoringRing {
  #nodes = new Map<string, Open<NodeLine>>()
  #instances = new Map<string, Open<InstanceLine>>()

  measured(nodeId: string, { node, instances }: Monitoring): void {
    push(this.#node(nodeId).usages, node)
    for (const { ident, usage } of instances) push(this.#instance(nodeId, ident).usages, usage)
  }

  nodeIs(nodeId: string, state: NodeLine['states'][number]): void {
    push(this.#node(nodeId).states, state)
  }

  instanceIs(nodeId: string, ident: InstanceIdent, state: InstanceLine['states'][number]): void {
    push(this.#instance(nodeId, ident).states, state)
  }

  /** Everything, and begins anew; undefined when there is nothing. */
  take(): UnitMonitoring | undefined {
    if (this.#nodes.size === 0 && this.#instances.size === 0) return undefined
    const taken = { nodes: [...this.#nodes.values()], instances: [...this.#instances.values()] }
    this.#nodes = new Map()
    this.#instances = new Map()
    return taken
  }

  #node(nodeId: string): Open<NodeLine> {
    const known = this.#nodes.get(nodeId) ?? { nodeId, states: [], usages: [] }
    this.#nodes.set(nodeId, known)
    return known
  }

  #instance(nodeId: string, ident: InstanceIdent): Open<InstanceLine> {
    const key = `${nodeId} ${instanceKey(ident)}`
    const known = this.#instances.get(key) ?? { ident, nodeId, states: [], usages: [] }
    this.#instances.set(key, known)
    return known
  }
}

function push<T extends Usage | { timeMs: number }>(list: T[], item: T): void {
  list.push(item)
  if (list.length > most) list.shift()
}
