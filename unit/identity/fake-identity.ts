import type { NodeInfo } from '@windlass/model/unit'
import type { CertificateType, Identity, Tls } from '../ports.ts'
import { UnitError } from '../unit-error.ts'

type KnownNode = NodeInfo & { connected: boolean }

/** An identity in memory; what it says is set by who made it. */
export class FakeIdentity implements Identity {
  readonly #systemId: string
  readonly #nodes = new Map<string, KnownNode>()
  readonly #tls = new Map<CertificateType, Tls>()
  readonly #nodeWatchers = new Set<(node: KnownNode) => void>()
  readonly #certificateWatchers = new Set<(type: CertificateType) => void>()
  readonly #subjectWatchers = new Set<(subjects: readonly string[]) => void>()
  #subjects: readonly string[] = []

  constructor(systemId = 'unit-77') {
    this.#systemId = systemId
  }

  systemId(): string {
    return this.#systemId
  }

  nodeInfos(): readonly KnownNode[] {
    return [...this.#nodes.values()]
  }

  watchNodes(changed: (node: KnownNode) => void): () => void {
    this.#nodeWatchers.add(changed)
    return () => this.#nodeWatchers.delete(changed)
  }

  async setNodeState(nodeId: string, state: 'provisioned' | 'paused'): Promise<void> {
    const node = this.#nodes.get(nodeId)
    if (!node?.connected) throw new UnitError('node_away', `node ${nodeId}: stream not found`)
    if (node.state === state) return
    const from = state === 'paused' ? 'provisioned' : 'paused'
    if (node.state !== from) throw new UnitError('wrong_state', `expected state ${from}, got ${node.state}`)
    this.setNode({ ...node, state })
  }

  tlsFor(type: CertificateType): Tls | undefined {
    return this.#tls.get(type)
  }

  watchCertificates(changed: (type: CertificateType) => void): () => void {
    this.#certificateWatchers.add(changed)
    return () => this.#certificateWatchers.delete(changed)
  }

  subjects(): readonly string[] {
    return this.#subjects
  }

  watchSubjects(changed: (subjects: readonly string[]) => void): () => void {
    this.#subjectWatchers.add(changed)
    return () => this.#subjectWatchers.delete(changed)
  }

  setNode(node: KnownNode): void {
    this.#nodes.set(node.nodeId, node)
    for (const changed of this.#nodeWatchers) changed(node)
  }

  setTls(type: CertificateType, tls: Tls): void {
    this.#tls.set(type, tls)
    for (const changed of this.#certificateWatchers) changed(type)
  }

  setSubjects(subjects: readonly string[]): void {
    this.#subjects = subjects
    for (const changed of this.#subjectWatchers) changed(subjects)
  }
}
