import type {
  IdentityAnswer,
  IdentityFact,
  IdentityOrder,
  InstalledCertificate,
  NodeInfo,
  SystemInfo,
} from '@windlass/model/unit'
import type { Clock, Link, Log } from '@windlass/platform'
import { bindingRefusal } from '../admission.ts'
import type { CertificateType, Identity, Tls } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import type { NodeIdentity } from './node-identity.ts'
import { NodeLinks } from './node-links.ts'
import type { NodeRecords } from './node-records.ts'
import type { UnitAuthority } from './unit-authority.ts'

export interface UnitIdentityPorts {
  /** The main node. */
  own: NodeIdentity
  system: SystemInfo
  authority: UnitAuthority
  records: NodeRecords
  clock: Clock
  log: Log
}

type KnownNode = NodeInfo & { connected: boolean }

/** Four times as many as AosCore's programs hold (aoscore.md 0.4). */
const mostNodes = 64
const longestNodeId = 256
const dayMs = 86_400_000
const renewBeforeMs = 30 * dayMs

/** The main node's identity service: the whole unit's (aoscore.md 1.9). Orders go to the node they name. */
export class UnitIdentity implements Identity {
  readonly #ports: UnitIdentityPorts
  readonly #links: NodeLinks
  readonly #others = new Map<string, NodeInfo>()
  readonly #nodeWatchers = new Set<(node: KnownNode) => void>()
  readonly #subjectWatchers = new Set<(subjects: readonly string[]) => void>()
  #subjects: readonly string[] = []

  private constructor(ports: UnitIdentityPorts) {
    const { clock, log, own, records } = ports
    this.#ports = ports
    for (const node of records.nodes()) this.#others.set(node.nodeId, node)
    own.watch((node) => this.#publish({ ...node, connected: true }))
    this.#links = new NodeLinks({
      clock,
      log,
      desk: {
        refuses: (node, stream) => this.#refusal(node, stream),
        heard: (node) => this.#heard(node),
        left: (nodeId) => this.#left(nodeId),
      },
    })
  }

  /** The main node gets its certificates from its own authority, and counts as provisioned. */
  static async open(ports: UnitIdentityPorts): Promise<UnitIdentity> {
    const identity = new UnitIdentity(ports)
    const { own, authority } = ports
    await own.keys.trust('unit', authority.certificate)
    for (const type of own.certificateTypes())
      if (!own.keys.certificate(type)) await identity.#issueFor(own.nodeId, type)
    if (own.info().state === 'unprovisioned') await own.moveTo('provisioned')
    return identity
  }

  systemId(): string {
    return this.#ports.system.systemId
  }

  system(): SystemInfo {
    return this.#ports.system
  }

  nodeInfos(): readonly KnownNode[] {
    const own = { ...this.#ports.own.info(), connected: true }
    const others = [...this.#others.values()].map((node) => ({ ...node, connected: this.#links.has(node.nodeId) }))
    return [own, ...others]
  }

  watchNodes(changed: (node: KnownNode) => void): () => void {
    this.#nodeWatchers.add(changed)
    return () => this.#nodeWatchers.delete(changed)
  }

  async setNodeState(nodeId: string, state: 'provisioned' | 'paused'): Promise<void> {
    const node = this.nodeInfos().find((one) => one.nodeId === nodeId)
    if (!node) throw new UnitError('node_away', `expected a node of this unit, got ${nodeId}`)
    if (node.state === state) return
    checked(await this.obey({ kind: state === 'paused' ? 'pause' : 'resume', nodeId }))
  }

  tlsFor(type: CertificateType): Tls | undefined {
    return this.#ports.own.keys.tls(type)
  }

  watchCertificates(changed: (type: CertificateType) => void): () => void {
    return this.#ports.own.keys.watch(changed)
  }

  certificate(type: CertificateType): InstalledCertificate | undefined {
    return this.#ports.own.keys.certificate(type)
  }

  subjects(): readonly string[] {
    return this.#subjects
  }

  watchSubjects(changed: (subjects: readonly string[]) => void): () => void {
    this.#subjectWatchers.add(changed)
    return () => this.#subjectWatchers.delete(changed)
  }

  setSubjects(subjects: readonly string[]): void {
    if (JSON.stringify(subjects) === JSON.stringify(this.#subjects)) return
    this.#subjects = [...subjects]
    for (const changed of this.#subjectWatchers) changed(this.#subjects)
  }

  /** Listens to the stream of another node's identity service until it ends. */
  attend(stream: Link<IdentityFact, IdentityOrder>, port: 'public' | 'protected'): Promise<void> {
    return this.#links.attend(stream, port)
  }

  /** Does it, or has the node do it. @throws UnitError `node_away` when the node does not answer */
  async obey(order: IdentityOrder, stop?: AbortSignal): Promise<IdentityAnswer> {
    const { own } = this.#ports
    if (order.nodeId === '' || order.nodeId === own.nodeId) return own.obey({ ...order, nodeId: own.nodeId })
    const answer = await this.#links.ask(order, stop)
    if (!answer.error) this.#moved(order)
    return answer
  }

  /**
   * Takes a node into the unit: keys made there, certificates signed here, `iam` last.
   * @throws UnitError `wrong_state`, `node_away`, `identity`
   */
  async provision(nodeId: string, password = ''): Promise<void> {
    checked(await this.obey({ kind: 'start_provisioning', nodeId, password }))
    await this.certify(nodeId)
    checked(await this.obey({ kind: 'finish_provisioning', nodeId, password }))
  }

  /** Gives a node certificates of this unit, for each of its parts. @throws UnitError `node_away`, `identity` */
  async certify(nodeId: string): Promise<void> {
    const answer = checked(await this.obey({ kind: 'cert_types', nodeId }))
    const types = answer.kind === 'cert_types' ? answer.types : []
    for (const type of types.filter((one) => one !== 'online' && one !== 'offline')) await this.#issueFor(nodeId, type)
  }

  /** Drops a node that will not come back. */
  forget(nodeId: string): void {
    const node = this.#others.get(nodeId)
    if (!node) return
    this.#others.delete(nodeId)
    this.#ports.records.forget(nodeId)
    this.#publish({ ...node, connected: false })
  }

  /** Renews the unit's own certificates a month before they end; looks once a day. Never rejects. */
  async maintain(stop: AbortSignal): Promise<void> {
    const { clock, records, log } = this.#ports
    while (!stop.aborted) {
      for (const { nodeId, type } of records.endingBefore(clock.now() + renewBeforeMs)) {
        try {
          await this.#issueFor(nodeId, type)
        } catch (error) {
          log.warning('certificate not renewed', { node: nodeId, type, why: String(error) })
        }
      }
      await clock.sleep(dayMs, stop).catch(() => undefined)
    }
  }

  async #issueFor(nodeId: string, type: string): Promise<void> {
    const { authority, records, log } = this.#ports
    const made = checked(await this.obey({ kind: 'create_key', nodeId, type, subject: nodeId, password: '' }))
    const { chain, notAfterMs } = await authority.issue(nodeId, made.kind === 'create_key' ? made.csr : '')
    checked(await this.obey({ kind: 'apply_cert', nodeId, type, chain }))
    records.issued(nodeId, type, notAfterMs)
    log.info('certificate issued', { node: nodeId, type })
  }

  /** Unprovisioned nodes come to the public port, the others to the protected one, each with its own certificate (W22). */
  #refusal(node: NodeInfo, { peerName, port }: { peerName: string | undefined; port: string }): string | undefined {
    const { nodeId, state } = node
    if (nodeId === this.#ports.own.nodeId) return 'expected another node than the main one'
    if (nodeId.length > longestNodeId) return `expected an id of at most ${longestNodeId} characters`
    if (!this.#others.has(nodeId) && this.#others.size >= mostNodes - 1) return `expected at most ${mostNodes} nodes`
    if (port === 'public') {
      const known = this.#others.get(nodeId)
      if (known && known.state !== 'unprovisioned') return `expected a new node, got one that is ${known.state}`
      return state === 'unprovisioned' ? undefined : `expected state unprovisioned, got ${state}`
    }
    if (state === 'unprovisioned') return 'expected a provisioned node, got one that is unprovisioned'
    const isNode = (name: string) => this.nodeInfos().some((one) => one.nodeId === name)
    return bindingRefusal(peerName, nodeId, isNode)
  }

  #heard(node: NodeInfo): void {
    this.#keep(node)
    this.#publish({ ...node, connected: true })
  }

  /** Anybody can come to the public port: who is new is known for as long as he is there. */
  #left(nodeId: string): void {
    const node = this.#others.get(nodeId)
    if (!node) return
    if (node.state === 'unprovisioned') this.#others.delete(nodeId)
    this.#publish({ ...node, connected: false })
  }

  #keep(node: NodeInfo): void {
    this.#others.set(node.nodeId, node)
    if (node.state === 'unprovisioned') this.#ports.records.forget(node.nodeId)
    else this.#ports.records.keep(node)
  }

  /** The node did it: only now does it count (W27). Its own word of it may still be on the way. */
  #moved(order: IdentityOrder): void {
    const states: Partial<Record<IdentityOrder['kind'], NodeInfo['state']>> = {
      pause: 'paused',
      resume: 'provisioned',
      finish_provisioning: 'provisioned',
      deprovision: 'unprovisioned',
    }
    const state = states[order.kind]
    const node = this.#others.get(order.nodeId)
    if (!state || !node || node.state === state) return
    this.#keep({ ...node, state })
    this.#publish({ ...node, state, connected: this.#links.has(order.nodeId) })
  }

  #publish(node: KnownNode): void {
    for (const changed of this.#nodeWatchers) changed(node)
  }
}

/** @throws UnitError when the node says that it could not: what counts is the error's own code, not the exit code (W29) */
export function checked(answer: IdentityAnswer): IdentityAnswer {
  const { error } = answer
  if (!error) return answer
  throw new UnitError(error.aosCode === 9 ? 'wrong_state' : 'identity', `${answer.kind}: ${error.message}`)
}
