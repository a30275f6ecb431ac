import type { IdentityAnswer, IdentityFact, IdentityOrder, NodeInfo } from '@windlass/model/unit'
import type { Clock, Link, Log } from '@windlass/platform'
import { UnitError } from '../unit-error.ts'

type Stream = Link<IdentityFact, IdentityOrder>
type Kind = IdentityAnswer['kind']

interface Session {
  stream: Stream
  /** Who waits for an answer; one of a kind at a time. */
  waiting: Map<Kind, PromiseWithResolvers<IdentityAnswer>>
  busy: Map<Kind, Promise<unknown>>
}

/** Who may register, and what is done with what a node says of itself. */
export interface NodeDesk {
  /** Why this stream may not speak for the node; undefined where it may. */
  refuses(node: NodeInfo, stream: { peerName: string | undefined; port: 'public' | 'protected' }): string | undefined
  heard(node: NodeInfo): void
  left(nodeId: string): void
}

const slow: readonly Kind[] = ['start_provisioning', 'finish_provisioning', 'deprovision']
const patienceMs = (kind: Kind) => (slow.includes(kind) ? 300_000 : 60_000)
const tries = 3
const pauseMs = 10_000

/** The streams of the other nodes' identity services (aoscore.md 1.9, RegisterNode). */
export class NodeLinks {
  readonly #sessions = new Map<string, Session>()
  readonly #ports: { clock: Clock; log: Log; desk: NodeDesk }

  constructor(ports: { clock: Clock; log: Log; desk: NodeDesk }) {
    this.#ports = ports
  }

  has(nodeId: string): boolean {
    return this.#sessions.has(nodeId)
  }

  /** Listens to one stream until it ends. A node in the wrong state is not linked, but may go on talking. Never rejects. */
  async attend(stream: Stream, port: 'public' | 'protected'): Promise<void> {
    const session: Session = { stream, waiting: new Map(), busy: new Map() }
    let nodeId: string | undefined
    try {
      for await (const fact of stream) {
        if (fact instanceof Error) this.#ports.log.warning('message of a node dropped', { why: fact.message })
        else if (fact.kind === 'answer') session.waiting.get(fact.answer.kind)?.resolve(fact.answer)
        else nodeId = this.#hear(session, port, fact.node, nodeId)
      }
      stream.close()
    } catch (error) {
      stream.close()
      this.#ports.log.info('node lost', { node: nodeId, why: String(error) })
    }
    this.#unlink(session, nodeId)
    const why = new UnitError('node_away', `node ${nodeId}: the stream ended`)
    for (const waiting of session.waiting.values()) waiting.reject(why)
  }

  /**
   * Hands an order on and waits for its answer, a minute or five; up to three times.
   * @throws UnitError `node_away`
   */
  async ask(order: IdentityOrder, stop?: AbortSignal): Promise<IdentityAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#inTurn(order, stop)
      } catch (error) {
        stop?.throwIfAborted()
        if (attempt === tries) throw error
      }
      await this.#ports.clock.sleep(pauseMs, stop)
    }
  }

  #hear(
    session: Session,
    port: 'public' | 'protected',
    node: NodeInfo,
    before: string | undefined,
  ): string | undefined {
    const { nodeId } = node
    const changed = before !== undefined && before !== nodeId
    const { desk, log } = this.#ports
    const why = changed ? `expected node ${before}, got ${nodeId}` : desk.refuses(node, { ...nameOf(session), port })
    if (why !== undefined) {
      log.warning('node not linked', { node: nodeId.slice(0, 80), port, why })
      this.#unlink(session, before)
      return before
    }
    this.#sessions.set(nodeId, session)
    desk.heard(node)
    return nodeId
  }

  /** Asked no more. What it was asked before it may still answer. */
  #unlink(session: Session, nodeId: string | undefined): void {
    if (nodeId === undefined || this.#sessions.get(nodeId) !== session) return
    this.#sessions.delete(nodeId)
    this.#ports.desk.left(nodeId)
  }

  /** After the orders of the same kind that were given before. */
  #inTurn(order: IdentityOrder, stop: AbortSignal | undefined): Promise<IdentityAnswer> {
    const session = this.#sessions.get(order.nodeId)
    if (!session) return Promise.reject(new UnitError('node_away', `node ${order.nodeId}: stream not found`))
    const before = session.busy.get(order.kind) ?? Promise.resolve()
    const turn = before.then(() => this.#askOnce(session, order, stop))
    session.busy.set(
      order.kind,
      turn.catch(() => undefined),
    )
    return turn
  }

  async #askOnce(session: Session, order: IdentityOrder, stop: AbortSignal | undefined): Promise<IdentityAnswer> {
    const ended = new AbortController()
    const answer = Promise.withResolvers<IdentityAnswer>()
    const until = stop ? AbortSignal.any([stop, ended.signal]) : ended.signal
    session.waiting.set(order.kind, answer)
    session.stream.send(order)
    const late = this.#ports.clock.sleep(patienceMs(order.kind), until).then(() => {
      throw new UnitError('node_away', `node ${order.nodeId}: expected an answer to ${order.kind}, got none in time`)
    })
    try {
      return await Promise.race([answer.promise, late])
    } finally {
      session.waiting.delete(order.kind)
      ended.abort()
      late.catch(() => undefined)
    }
  }
}

const nameOf = ({ stream }: Session) => ({ peerName: stream.peerName })
