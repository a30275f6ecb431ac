import {
  type ConfigStatus,
  errorInfo,
  type InstanceIdent,
  type InstanceOrder,
  type InstanceState,
  type InstanceStatus,
  instanceKey,
  type Monitoring,
  type NodeConfig,
  type NodeStatus,
  type UnitConfig,
} from '@windlass/model/unit'
import type { NodeNews, Nodes } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { type SampleNode, sampleSite } from './placement/sample-unit.ts'

/** Nodes in memory whose service managers do what they are told at once, unless `silent`. */
export class FakeNodes implements Nodes {
  /** Every order, as `node: +start -stop`. */
  readonly told: string[] = []
  /** The unit's configuration cannot be read. */
  isConfigBroken = false
  readonly orders = new Map<string, readonly InstanceOrder[]>()
  /** Nodes that do not answer orders. */
  readonly silent = new Set<string>()
  /** Items, or `node item` → the state in which their instances end. */
  readonly outcomes = new Map<string, InstanceState>()
  readonly averages = new Map<string, Pick<Monitoring, 'node' | 'instances'>>()
  readonly #nodes = new Map<string, NodeStatus>()
  readonly #said = new Map<string, readonly InstanceStatus[]>()
  readonly #running = new Map<string, readonly InstanceStatus[]>()
  readonly #watchers = new Set<(news: NodeNews) => void>()
  readonly #configs: NodeConfig[] = []

  /** A node of AosCore's tests, provisioned and connected. */
  add(nodeId: string, changes: SampleNode = {}, runtimeType = 'runc'): void {
    const { node, config } = sampleSite(nodeId, changes, runtimeType)
    this.#configs.push({ ...config, nodeId })
    this.#nodes.set(nodeId, { ...node, title: nodeId, state: 'provisioned', isConnected: false })
    this.connect(nodeId)
  }

  connect(nodeId: string, running = this.#running.get(nodeId) ?? []): void {
    this.change(nodeId, { isConnected: true, state: 'provisioned' })
    this.says(nodeId, running)
  }

  disconnect(nodeId: string): void {
    this.#said.delete(nodeId)
    this.change(nodeId, { isConnected: false })
  }

  change(nodeId: string, changes: Partial<NodeStatus>): void {
    const before = this.#nodes.get(nodeId)
    if (!before) return
    const node = { ...before, ...changes }
    this.#nodes.set(nodeId, node)
    this.tell({ kind: 'status', node })
  }

  remove(nodeId: string): void {
    this.#nodes.delete(nodeId)
    this.#said.delete(nodeId)
    this.tell({ kind: 'gone', nodeId })
  }

  /** Everything that runs on the node, of its own accord. */
  says(nodeId: string, instances: readonly InstanceStatus[]): void {
    this.#running.set(nodeId, instances)
    this.#said.set(nodeId, instances)
    this.tell({ kind: 'instances', nodeId, whole: true, instances })
  }

  becomes(nodeId: string, itemId: string, state: InstanceState): void {
    const now = (this.#said.get(nodeId) ?? []).map((one) => (one.ident.itemId === itemId ? { ...one, state } : one))
    this.#running.set(nodeId, now)
    this.#said.set(nodeId, now)
    this.tell({ kind: 'instances', nodeId, whole: false, instances: now })
  }

  tell(news: NodeNews): void {
    for (const watcher of this.#watchers) watcher(news)
  }

  /** What runs where, as `item/index version`. */
  drawn(): Record<string, string[]> {
    const running = [...this.#running].filter(([, instances]) => instances.length > 0)
    return Object.fromEntries(
      running.map(([nodeId, all]) => [nodeId, all.map(({ ident, version }) => `${nameOf(ident)} ${version}`)]),
    )
  }

  list(): readonly NodeStatus[] {
    return [...this.#nodes.values()]
  }

  instances(nodeId: string): readonly InstanceStatus[] | undefined {
    return this.#said.get(nodeId)
  }

  watch(news: (news: NodeNews) => void): () => void {
    this.#watchers.add(news)
    return () => this.#watchers.delete(news)
  }

  async updateInstances(
    nodeId: string,
    start: readonly InstanceOrder[],
    stop: readonly InstanceIdent[],
  ): Promise<void> {
    if (!this.#nodes.get(nodeId)?.isConnected) throw new UnitError('node_away', `${nodeId} is away`)
    const words = [...start.map(({ ident }) => `+${nameOf(ident)}`), ...stop.map((ident) => `-${nameOf(ident)}`)]
    this.told.push([`${nodeId}:`, ...words].join(' '))
    this.orders.set(nodeId, start)
    if (this.silent.has(nodeId)) return
    await Promise.resolve()
    const shipped = (this.#running.get(nodeId) ?? []).filter(({ ident }) => ident.preinstalled)
    this.says(nodeId, [...shipped, ...start.map((order) => this.#started(nodeId, order))])
  }

  async averageMonitoring(nodeId: string): Promise<Monitoring & { kind: 'average_monitoring' }> {
    const average = this.averages.get(nodeId)
    if (!average) throw new UnitError('node_away', `${nodeId} measured nothing`)
    return { kind: 'average_monitoring', ...average }
  }

  currentConfig(): UnitConfig | undefined {
    return this.isConfigBroken ? undefined : { version: '1.0.0', formatVersion: '1', nodes: this.#configs }
  }

  config(): ConfigStatus {
    return this.isConfigBroken
      ? { version: '0.0.0', state: 'failed', error: errorInfo('failed', 'the disk says no') }
      : { version: '1.0.0', state: 'installed' }
  }

  requestLog(): void {}
  async setState(): Promise<void> {}
  async updateConfig(): Promise<void> {}
  async restoreConfig(): Promise<void> {}
  tellCloudConnection(): void {}

  #started(nodeId: string, { ident, version, runtimeId, manifestDigest }: InstanceOrder): InstanceStatus {
    const { itemId } = ident
    const state = this.outcomes.get(`${nodeId} ${itemId}`) ?? this.outcomes.get(itemId) ?? 'active'
    const before = this.#running.get(nodeId)?.find((one) => instanceKey(one.ident) === instanceKey(ident))
    const error = state === 'failed' ? errorInfo('runtime', 'it fell over') : undefined
    const status = { ident, version, nodeId, runtimeId, manifestDigest, state, envVars: [] }
    return { ...before, ...status, ...(error && { error }) }
  }
}

function nameOf({ itemId, index }: InstanceIdent): string {
  return `${itemId}/${index}`
}
