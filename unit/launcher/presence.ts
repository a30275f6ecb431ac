import { hasPart, type NodeStatus } from '@windlass/model/unit'
import type { Clock } from '@windlass/platform'
import type { Nodes } from '../ports.ts'
import type { Site } from './placement/input.ts'
import type { LauncherRules } from './ports.ts'

export interface PresencePorts {
  nodes: Pick<Nodes, 'list' | 'instances'>
  clock: Clock
  /** Nodes that have something to run: after a start they are expected before anybody tells of them. */
  expected: () => readonly string[]
  /** Whether the node is away because its firmware changes. */
  isRestarting: (nodeId: string) => boolean
}

/** Which nodes are there, and which are only away for a moment. */
export class Presence {
  readonly #ports: PresencePorts
  readonly #rules: LauncherRules
  readonly #started: number
  /** Nodes that were here since the start, and since when they are not. */
  readonly #lost = new Map<string, number | undefined>()

  constructor(ports: PresencePorts, rules: LauncherRules) {
    this.#ports = ports
    this.#rules = rules
    this.#started = ports.clock.uptime()
  }

  stateOf(nodeId: string): Site['state'] {
    const node = this.#ports.nodes.list().find((one) => one.nodeId === nodeId)
    if (node && this.isHere(node)) {
      this.#lost.set(nodeId, undefined)
      return node.state === 'provisioned' ? 'open' : 'closed'
    }
    if (this.#lost.has(nodeId)) this.#lost.set(nodeId, this.#lost.get(nodeId) ?? this.#ports.clock.uptime())
    if (node ? !mayComeBack(node) : this.#lost.has(nodeId)) return 'closed'
    return this.#msLeft(nodeId) > 0 ? 'held' : 'closed'
  }

  /** Whether it can be told something: connected, and it said what it runs. */
  isHere({ nodeId, state, isConnected }: NodeStatus): boolean {
    const listens = state === 'provisioned' || state === 'paused'
    return listens && isConnected && this.#ports.nodes.instances(nodeId) !== undefined
  }

  /** Whether it is away, for however long, and still one of the unit that may come back. */
  mayReturn(nodeId: string): boolean {
    const node = this.#ports.nodes.list().find((one) => one.nodeId === nodeId)
    return node !== undefined && !this.isHere(node) && mayComeBack(node)
  }

  /** How long until a node that is away now counts as gone; undefined when none is. */
  nextChangeMs(): number | undefined {
    const away = this.#away()
    return away.length > 0 ? Math.min(...away.map((nodeId) => this.#msLeft(nodeId))) : undefined
  }

  /** How long a placement waits for nodes that are just away, or for the first of all. */
  waitMs(): number {
    const { clock, isRestarting, nodes } = this.#ports
    const since = (moment: number) => moment + this.#rules.nodeAwayMs - clock.uptime()
    const waits = this.#away().map((nodeId) =>
      isRestarting(nodeId) ? this.#rules.nodeAwayMs : since(this.#lost.get(nodeId) ?? this.#started),
    )
    const first = nodes.list().length === 0 ? since(this.#started) : 0
    return Math.max(0, first, ...waits)
  }

  #away(): string[] {
    const listed = this.#ports.nodes.list().map(({ nodeId }) => nodeId)
    return [...new Set([...listed, ...this.#ports.expected()])].filter((nodeId) => this.stateOf(nodeId) === 'held')
  }

  #msLeft(nodeId: string): number {
    const { clock, isRestarting } = this.#ports
    const lost = this.#lost.get(nodeId)
    const patience = isRestarting(nodeId) ? this.#rules.runMs : this.#rules.nodeAwayMs
    const until = lost === undefined ? this.#started + this.#rules.nodesConnectionMs : lost + patience
    return until - clock.uptime()
  }
}

function mayComeBack(node: NodeStatus): boolean {
  return hasPart(node, 'sm') && node.state !== 'paused' && node.state !== 'unprovisioned'
}
