import {
  type ConfigStatus,
  errorInfo,
  hasPart,
  type InstanceIdent,
  type InstanceOrder,
  type InstanceStatus,
  type NodeFact,
  type NodeInfo,
  type NodeStatus,
  type UnitConfig,
} from '@windlass/model/unit'
import { type Clock, type Log, RpcError } from '@windlass/platform'
import { bindingRefusal } from '../admission.ts'
import type { Identity, LogOrder, NodeNews, Nodes } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { NodeConfigs } from './node-configs.ts'
import { NodeSession, type ServiceManagerLink } from './node-session.ts'
import type { UnitConfigFile } from './unit-config-file.ts'

/** `missingMs`: how long a node's service manager may be missing before that is an error (smConnectionTimeout). */
export interface NodesPorts {
  identity: Pick<Identity, 'nodeInfos' | 'watchNodes' | 'setNodeState'>
  config: UnitConfigFile
  clock: Clock
  log: Log
  missingMs?: number
}

type KnownNode = NodeInfo & { connected: boolean }

/**
 * The nodes of a unit: what their identity services say of them, joined with what their service managers say (aoscore.md
 * 1.5, 5.11).
 */
export class UnitNodes implements Nodes {
  readonly #ports: Required<NodesPorts>
  readonly #sessions = new Map<string, NodeSession>()
  /** What a service manager said last, kept while it is away. */
  readonly #last = new Map<string, Pick<NodeSession, 'runtimes' | 'resources'>>()
  /** Nodes whose service manager is missing: the timer, or that its time is over. */
  readonly #missing = new Map<string, AbortController | 'too long'>()
  readonly #watchers = new Set<(news: NodeNews) => void>()
  readonly #configs: NodeConfigs
  #known: ReadonlySet<string>
  #cloudConnected = false

  constructor(ports: NodesPorts) {
    this.#ports = { missingMs: 60_000, ...ports }
    this.#configs = new NodeConfigs(ports.config, () => this.#configurable(), ports.log)
    this.#known = new Set(this.#infos().map(({ nodeId }) => nodeId))
    for (const info of this.#infos()) this.#lookForManager(info)
    ports.identity.watchNodes((info) => this.#onIdentity(info))
  }

  list(): readonly NodeStatus[] {
    return this.#infos().map((info) => this.#statusOf(info))
  }

  instances(nodeId: string): readonly InstanceStatus[] | undefined {
    return this.#sessions.get(nodeId)?.instances
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
    this.#session(nodeId).tell({ kind: 'update_instances', start, stop })
  }

  averageMonitoring(nodeId: string, stop: AbortSignal): Promise<Extract<NodeFact, { kind: 'average_monitoring' }>> {
    return this.#session(nodeId).ask({ kind: 'get_average_monitoring' }, 'average_monitoring', stop)
  }

  /** A node that is away gets no order, and the one who asked no answer. */
  requestLog(nodeId: string, order: LogOrder): void {
    this.#sessions.get(nodeId)?.tell(order)
  }

  /** A node that is in the state already is left alone (W29). */
  async setState(nodeId: string, state: 'provisioned' | 'paused'): Promise<void> {
    if (this.#infos().find((info) => info.nodeId === nodeId)?.state === state) return
    await this.#ports.identity.setNodeState(nodeId, state)
  }

  config(): ConfigStatus {
    return this.#ports.config.status()
  }

  currentConfig(): UnitConfig | undefined {
    return this.#ports.config.config
  }

  updateConfig(config: UnitConfig, stop: AbortSignal): Promise<void> {
    return this.#configs.update(config, stop)
  }

  restoreConfig(config: UnitConfig | undefined): Promise<void> {
    return this.#configs.restore(config)
  }

  tellCloudConnection(connected: boolean): void {
    if (connected === this.#cloudConnected) return
    this.#cloudConnected = connected
    for (const session of this.#sessions.values()) session.tell({ kind: 'cloud_connection', connected })
  }

  /** Why the holder of this certificate may not speak for the node (W22); undefined where it may. */
  refuses(peerName: string | undefined, nodeId: string): string | undefined {
    return bindingRefusal(peerName, nodeId, (name) => this.#known.has(name))
  }

  /** Serves one service manager's stream until it ends. Never rejects. */
  async attend(link: ServiceManagerLink): Promise<void> {
    let session: NodeSession | undefined
    try {
      for await (const fact of link) {
        if (fact instanceof Error) this.#ports.log.warning('message of a node dropped', { why: fact.message })
        else if (session) this.#heard(session, fact)
        else session = this.#register(link, fact)
      }
      link.close()
    } catch (error) {
      // Also one that could not be heard out: a stream that nobody reads any more has to end, or its node waits for ever.
      link.close(
        error instanceof RpcError ? error : new RpcError('internal', 'the unit could not go on with this stream'),
      )
      if (!(error instanceof RpcError && error.code === 'refused'))
        this.#ports.log.info('node lost', { node: session?.nodeId, why: String(error) })
    }
    try {
      if (session) this.#left(session)
    } catch (error) {
      this.#ports.log.error('loss of a node not taken note of', { node: session?.nodeId, why: String(error) })
    }
  }

  /** The first message has to be the node's description; others before it are dropped. */
  #register(link: ServiceManagerLink, fact: NodeFact): NodeSession | undefined {
    const { clock, log } = this.#ports
    if (fact.kind !== 'sm_info') {
      log.warning('message of a node dropped', { why: `expected sm_info first, got ${fact.kind}` })
      return undefined
    }
    const refusal = this.refuses(link.peerName, fact.nodeId)
    if (refusal !== undefined) {
      log.warning('node refused', { node: fact.nodeId, why: refusal })
      throw new RpcError('refused', refusal)
    }
    const before = this.#sessions.get(fact.nodeId)
    const session = new NodeSession(fact, link, clock)
    this.#sessions.set(fact.nodeId, session)
    this.#last.set(fact.nodeId, session)
    before?.end()
    before?.link.close(new RpcError('wrong_state', `node ${fact.nodeId} registered again`))
    log.info('node registered', { node: fact.nodeId, runtimes: fact.runtimes.map(({ type }) => type).join(', ') })
    this.#greet(session)
    return session
  }

  #greet(session: NodeSession): void {
    this.#found(session.nodeId)
    session.tell({ kind: 'cloud_connection', connected: this.#cloudConnected })
    void this.#configs.bring(session, this.#nodeType(session.nodeId))
    this.#publishStatus(session.nodeId)
  }

  #heard(session: NodeSession, fact: NodeFact): void {
    if (this.#sessions.get(session.nodeId) !== session) return
    const { nodeId } = session
    const named = withNode(fact, nodeId)
    session.heard(named)
    if (named.kind === 'node_instances' || named.kind === 'instances_changed') {
      const whole = named.kind === 'node_instances'
      this.#publish({ kind: 'instances', nodeId, whole, instances: named.instances })
    } else if (named.kind === 'log' || named.kind === 'monitoring' || named.kind === 'alert') {
      this.#publish({ kind: 'fact', nodeId, fact: named })
    }
  }

  #left(session: NodeSession): void {
    session.end()
    if (this.#sessions.get(session.nodeId) !== session) return
    this.#sessions.delete(session.nodeId)
    const info = this.#infos().find(({ nodeId }) => nodeId === session.nodeId)
    if (info) this.#lookForManager(info)
    this.#publishStatus(session.nodeId)
  }

  #onIdentity(info: KnownNode): void {
    const now = new Set(this.#infos().map(({ nodeId }) => nodeId))
    for (const nodeId of this.#known) if (!now.has(nodeId)) this.#gone(nodeId)
    this.#known = now
    if (!now.has(info.nodeId)) return
    this.#lookForManager(info)
    this.#publishStatus(info.nodeId)
  }

  #gone(nodeId: string): void {
    this.#found(nodeId)
    this.#last.delete(nodeId)
    this.#sessions.get(nodeId)?.link.close(new RpcError('refused', `node ${nodeId} is not in this unit any more`))
    this.#publish({ kind: 'gone', nodeId })
  }

  /** Starts to count how long a service manager is missing that should be there. */
  #lookForManager(info: KnownNode): void {
    const { nodeId } = info
    if (!info.connected || !needsManager(info) || this.#sessions.has(nodeId)) return this.#found(nodeId)
    if (this.#missing.has(nodeId)) return
    const timer = new AbortController()
    this.#missing.set(nodeId, timer)
    this.#ports.clock.sleep(this.#ports.missingMs, timer.signal).then(
      () => {
        this.#missing.set(nodeId, 'too long')
        this.#ports.log.error('service manager is missing', { node: nodeId })
        this.#publishStatus(nodeId)
      },
      () => {},
    )
  }

  #found(nodeId: string): void {
    const timer = this.#missing.get(nodeId)
    this.#missing.delete(nodeId)
    if (timer instanceof AbortController) timer.abort()
  }

  #statusOf({ connected, ...info }: KnownNode): NodeStatus {
    const { runtimes, resources } = this.#last.get(info.nodeId) ?? { runtimes: [], resources: [] }
    const isConnected = connected && (!needsManager(info) || this.#sessions.has(info.nodeId))
    const status = { ...info, runtimes, resources, isConnected }
    if (this.#missing.get(info.nodeId) !== 'too long') return status
    return { ...status, state: 'error', error: errorInfo('timeout', 'SM connection timeout') }
  }

  #infos(): readonly KnownNode[] {
    return this.#ports.identity.nodeInfos()
  }

  #nodeType(nodeId: string): string {
    return this.#infos().find((info) => info.nodeId === nodeId)?.nodeType ?? ''
  }

  #configurable(): readonly { session: NodeSession; nodeType: string }[] {
    return [...this.#sessions.values()].map((session) => ({ session, nodeType: this.#nodeType(session.nodeId) }))
  }

  #session(nodeId: string): NodeSession {
    const session = this.#sessions.get(nodeId)
    if (!session) throw new UnitError('node_away', `node ${nodeId} is not connected`)
    return session
  }

  #publishStatus(nodeId: string): void {
    const info = this.#infos().find((one) => one.nodeId === nodeId)
    if (info) this.#publish({ kind: 'status', node: this.#statusOf(info) })
  }

  #publish(news: NodeNews): void {
    for (const watcher of this.#watchers) watcher(news)
  }
}

function needsManager(info: NodeInfo): boolean {
  return hasPart(info, 'sm') && info.state !== 'unprovisioned'
}

/** The wire does not say on which node an instance runs: the stream does. */
function withNode(fact: NodeFact, nodeId: string): NodeFact {
  if (fact.kind !== 'node_instances' && fact.kind !== 'instances_changed') return fact
  return { ...fact, instances: fact.instances.map((status) => ({ ...status, nodeId })) }
}
