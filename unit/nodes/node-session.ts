import {
  type ConfigStatus,
  type InstanceStatus,
  instanceKey,
  type NodeFact,
  type NodeOrder,
  type ResourceInfo,
  type RuntimeInfo,
} from '@windlass/model/unit'
import type { Clock, Link } from '@windlass/platform'
import { UnitError } from '../unit-error.ts'

export type ServiceManagerLink = Link<NodeFact, NodeOrder>
type Answers = 'node_config' | 'average_monitoring'
type Fact<K extends NodeFact['kind']> = Extract<NodeFact, { kind: K }>

const answerMs = 5_000

/** One service manager, from its registration to the end of its stream. */
export class NodeSession {
  readonly nodeId: string
  readonly runtimes: readonly RuntimeInfo[]
  readonly resources: readonly ResourceInfo[]
  readonly link: ServiceManagerLink
  /** Undefined until it said what it runs. */
  instances: readonly InstanceStatus[] | undefined
  config: ConfigStatus | undefined
  readonly #clock: Clock
  readonly #ended = new AbortController()
  readonly #turns = new Map<Answers, Promise<unknown>>()
  readonly #awaited = new Map<Answers, (fact: NodeFact) => void>()

  constructor(info: Fact<'sm_info'>, link: ServiceManagerLink, clock: Clock) {
    this.nodeId = info.nodeId
    this.runtimes = info.runtimes
    this.resources = info.resources
    this.link = link
    this.#clock = clock
  }

  tell(order: NodeOrder): void {
    this.link.send(order)
  }

  /**
   * Asks and waits for the answer. Answers carry no name of the question: one question of a kind at a time (W12).
   * @throws UnitError `node_away` after 5 s, or when the stream ends
   */
  ask<K extends Answers>(order: NodeOrder, kind: K, stop?: AbortSignal): Promise<Fact<K>> {
    const before = this.#turns.get(kind) ?? Promise.resolve()
    const turn = before.then(() => this.#ask(order, kind, stop))
    this.#turns.set(
      kind,
      turn.catch(() => {}),
    )
    return turn
  }

  /** Takes note of a fact. */
  heard(fact: NodeFact): void {
    if (fact.kind === 'node_config') this.config = fact.status
    if (fact.kind === 'node_instances') this.instances = fact.instances
    if (fact.kind === 'instances_changed') this.instances = merged(this.instances ?? [], fact.instances)
    if (fact.kind === 'node_config' || fact.kind === 'average_monitoring') this.#awaited.get(fact.kind)?.(fact)
  }

  end(): void {
    this.#ended.abort(new UnitError('node_away', `node ${this.nodeId} is gone`))
  }

  async #ask<K extends Answers>(order: NodeOrder, kind: K, stop?: AbortSignal): Promise<Fact<K>> {
    const answer = Promise.withResolvers<Fact<K>>()
    this.#awaited.set(kind, (fact) => isKind(fact, kind) && answer.resolve(fact))
    const over = new AbortController()
    const ends = AbortSignal.any([this.#ended.signal, over.signal, ...(stop ? [stop] : [])])
    try {
      ends.throwIfAborted()
      this.tell(order)
      const late = this.#clock.sleep(answerMs, ends).then(() => {
        throw new UnitError(
          'node_away',
          `node ${this.nodeId} does not answer ${order.kind} within ${answerMs / 1_000} s`,
        )
      })
      return await Promise.race([answer.promise, late])
    } finally {
      this.#awaited.delete(kind)
      over.abort()
    }
  }
}

function isKind<K extends NodeFact['kind']>(fact: NodeFact, kind: K): fact is Fact<K> {
  return fact.kind === kind
}

function merged(known: readonly InstanceStatus[], changed: readonly InstanceStatus[]): InstanceStatus[] {
  const all = new Map(known.map((status) => [instanceKey(status.ident), status]))
  for (const status of changed) all.set(instanceKey(status.ident), status)
  return [...all.values()]
}
