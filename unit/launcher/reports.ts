import { type ErrorInfo, errorInfo, type InstanceStatus, instanceKey } from '@windlass/model/unit'
import type { Placement } from '../ports.ts'
import { componentStatuses } from './components.ts'
import type { LauncherPorts } from './ports.ts'
import { nodeStatuses, overdueKey, StatusBoard } from './statuses.ts'

type ReportPorts = Pick<LauncherPorts, 'nodes' | 'firmware' | 'states'>

/** Every instance's status, and who wants to hear of changes. */
export class Reports {
  readonly #ports: ReportPorts
  readonly #current: () => Placement
  readonly #board = new StatusBoard()
  readonly #components = new StatusBoard()
  readonly #watchers = new Set<(changed: readonly InstanceStatus[]) => void>()
  readonly #overdue = new Map<string, ErrorInfo>()

  constructor(ports: ReportPorts, current: () => Placement) {
    this.#ports = ports
    this.#current = current
  }

  all(): readonly InstanceStatus[] {
    return [...this.#board.all(), ...this.#componentStatuses()].map((status) => this.#withChecksum(status))
  }

  watch(changed: (instances: readonly InstanceStatus[]) => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  /** Services that are still to come up. Components are not among them: they may need a restart of their node. */
  comingServices(): InstanceStatus[] {
    return this.#board.all().filter(({ ident, state }) => state === 'activating' && ident.type === 'service')
  }

  /** Those that are still to come up failed: they were waited for long enough. */
  giveUp(waitedMs: number): void {
    const error = errorInfo('timeout', `not active within ${waitedMs / 60_000} minutes`)
    for (const { ident, nodeId } of this.comingServices())
      this.#overdue.set(overdueKey(nodeId, instanceKey(ident)), error)
    this.refresh()
  }

  /** All are waited for again. */
  waitAgain(): void {
    this.#overdue.clear()
    this.refresh()
  }

  /** Looks at everything again. */
  refresh(): void {
    const { nodes, homeless } = this.#current()
    const groups = new Map<string, readonly InstanceStatus[]>(this.#board.groups().map((group) => [group, []]))
    for (const nodeId of [...this.#ports.nodes.list().map((one) => one.nodeId), ...nodes.keys()])
      groups.set(...this.#nodeGroup(nodeId))
    groups.set('homeless', homeless)
    this.#tell([...groups].map(([group, statuses]) => this.#board.set(group, statuses)))
  }

  refreshNode(nodeId: string): void {
    this.#tell([this.#board.set(...this.#nodeGroup(nodeId))])
  }

  refreshComponents(): void {
    this.#tell([this.#components.set('components', this.#componentStatuses())])
  }

  #nodeGroup(nodeId: string): [string, InstanceStatus[]] {
    const orders = this.#current().nodes.get(nodeId) ?? []
    const said = this.#ports.nodes.instances(nodeId)
    return [`node ${nodeId}`, nodeStatuses({ nodeId, orders, said, overdue: this.#overdue })]
  }

  #componentStatuses(): InstanceStatus[] {
    const { firmware, nodes } = this.#ports
    return componentStatuses(firmware, this.#current().components, nodes.list())
  }

  #tell(news: readonly ReturnType<StatusBoard['set']>[]): void {
    if (!news.some(({ isOther }) => isOther)) return
    const changed = news.flatMap((one) => one.changed).map((status) => this.#withChecksum(status))
    for (const watcher of this.#watchers) watcher(changed)
  }

  #withChecksum(status: InstanceStatus): InstanceStatus {
    const stateChecksum = this.#ports.states.checksum(status.ident)
    return stateChecksum === undefined ? status : { ...status, stateChecksum }
  }
}
