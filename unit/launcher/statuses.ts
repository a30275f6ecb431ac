import { type ErrorInfo, type InstanceOrder, type InstanceStatus, instanceKey } from '@windlass/model/unit'
import { matches } from './conversation.ts'

/** What is known of one node. */
export interface Heard {
  nodeId: string
  orders: readonly InstanceOrder[]
  /** What it said last; undefined when it said nothing since it connected. */
  said: readonly InstanceStatus[] | undefined
  /** Instances that were waited for in vain, by node and instance. */
  overdue: ReadonlyMap<string, ErrorInfo>
}

/**
 * Every instance that is to run on a node, as the node tells of it, `activating` until it does; and what came with its
 * image. What else it still has, or stopped, is on its way out and is nobody's status.
 */
export function nodeStatuses({ nodeId, orders, said = [], overdue }: Heard): InstanceStatus[] {
  const known = new Map(said.map((status) => [instanceKey(status.ident), status]))
  const placed = orders.map((order) => {
    const key = instanceKey(order.ident)
    return placedStatus(nodeId, order, known.get(key), overdue.get(overdueKey(nodeId, key)))
  })
  return [...placed, ...said.filter(({ ident }) => ident.preinstalled)]
}

export function overdueKey(nodeId: string, key: string): string {
  return `${nodeId} ${key}`
}

function placedStatus(
  nodeId: string,
  { ident, version, runtimeId, manifestDigest, ...order }: InstanceOrder,
  said: InstanceStatus | undefined,
  error: ErrorInfo | undefined,
): InstanceStatus {
  const isRight = matches({ ident, version, runtimeId, manifestDigest, ...order }, said)
  if (said && isRight && said.state !== 'activating') return { ...said, nodeId }
  const state = error ? 'failed' : 'activating'
  const envVars = said?.envVars ?? []
  return { ident, version, nodeId, runtimeId, manifestDigest, state, envVars, ...(error && { error }) }
}

/** What was said of instances last, in groups that change by themselves: one node's, one update manager's. */
export class StatusBoard {
  readonly #groups = new Map<string, { statuses: readonly InstanceStatus[]; texts: ReadonlySet<string> }>()

  all(): InstanceStatus[] {
    return [...this.#groups.values()].flatMap(({ statuses }) => statuses)
  }

  /** @returns what is new or different in the group, and whether anything is, or went away */
  set(group: string, statuses: readonly InstanceStatus[]): { changed: InstanceStatus[]; isOther: boolean } {
    const before = this.#groups.get(group)?.texts ?? new Set()
    const texts = statuses.map((status) => JSON.stringify(status))
    this.#groups.set(group, { statuses, texts: new Set(texts) })
    const changed = statuses.filter((_, at) => !before.has(texts[at] ?? ''))
    return { changed, isOther: changed.length > 0 || before.size !== texts.length }
  }

  /** The groups that have something. */
  groups(): string[] {
    return [...this.#groups].filter(([, { statuses }]) => statuses.length > 0).map(([group]) => group)
  }
}
