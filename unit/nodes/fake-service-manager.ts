import type { ConfigStatus, InstanceStatus, NodeFact, NodeOrder } from '@windlass/model/unit'
import { type LinkPair, linkPair } from '@windlass/platform/fakes'
import type { ServiceManagerLink } from './node-session.ts'

/** A service manager that greets as AosCore's does, notes what it hears and answers questions of configuration. */
export class FakeServiceManager {
  readonly nodeId: string
  readonly heard: NodeOrder[] = []
  config: ConfigStatus = { version: '0.0.0', state: 'absent' }
  /** What it answers to a check or a set; by default it takes all. */
  refusal: string | undefined
  /** It takes what it checks, and cannot keep what is set. */
  cannotKeep = false
  /** Given, what it says of a set waits here. */
  late: (() => void)[] | undefined
  silent = false
  /** The unit ended the stream, or it was cut. */
  ended = false
  #pair: LinkPair<NodeFact, NodeOrder> | undefined

  constructor(nodeId: string) {
    this.nodeId = nodeId
  }

  /** Opens a stream and gives the unit's end of it; nothing is said yet. */
  dial(peerName?: string): ServiceManagerLink {
    const pair = linkPair<NodeFact, NodeOrder>(peerName)
    this.#pair = pair
    void this.#listen(pair)
    return pair.far
  }

  greet(instances: readonly InstanceStatus[] = []): void {
    this.say({ kind: 'sm_info', nodeId: this.nodeId, runtimes: [], resources: [{ name: 'camera', sharedCount: 1 }] })
    this.say({ kind: 'node_instances', instances })
  }

  say(fact: NodeFact): void {
    this.#pair?.near.send(fact)
  }

  cut(): void {
    this.#pair?.cable.cut()
  }

  get kinds(): string[] {
    return this.heard.map(({ kind }) => kind)
  }

  async #listen(pair: LinkPair<NodeFact, NodeOrder>): Promise<void> {
    try {
      for await (const order of pair.near) if (!(order instanceof Error)) this.#obey(order)
    } catch {
      // Cut or refused.
    }
    this.ended = true
  }

  #obey(order: NodeOrder): void {
    this.heard.push(order)
    if (this.silent) return
    if (order.kind === 'get_node_config') this.say({ kind: 'node_config', status: this.config })
    if (order.kind !== 'check_node_config' && order.kind !== 'set_node_config') return
    const { version } = order
    const isSet = order.kind === 'set_node_config'
    const refusal = isSet && this.cannotKeep ? 'not saved' : this.refusal
    const error = refusal === undefined ? {} : { error: { aosCode: 1, exitCode: 0, message: refusal } }
    const status: ConfigStatus = { version, state: refusal === undefined ? 'installed' : 'failed', ...error }
    if (isSet) this.config = status
    const say = () => this.say({ kind: 'node_config', status })
    if (isSet && this.late) this.late.push(say)
    else say()
  }
}
