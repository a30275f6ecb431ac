import {
  errorInfo,
  hasPart,
  type IdentityAnswer,
  type IdentityOrder,
  type NodeInfo,
  type NodeState,
} from '@windlass/model/unit'
import { type Files, fileJournal, type Journal, type Log } from '@windlass/platform'
import type { CertificateType } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { certificateTypes } from './certificate-types.ts'
import type { KeyStore } from './key-store.ts'

interface Ports {
  /** What the node is; its state is kept beside its keys. */
  node: Omit<NodeInfo, 'state'>
  systemId: string
  keys: KeyStore
  files: Files
  folder: string
  log: Log
}

/** One node's own identity service: its state, its keys, and the orders of aoscore.md 1.9 that it obeys. */
export class NodeIdentity {
  readonly keys: KeyStore
  readonly #ports: Ports
  readonly #journal: Journal<NodeState>
  readonly #watchers = new Set<(node: NodeInfo) => void>()
  #state: NodeState

  private constructor(ports: Ports, journal: Journal<NodeState>, state: NodeState) {
    this.#ports = ports
    this.keys = ports.keys
    this.#journal = journal
    this.#state = state
  }

  static async open(ports: Ports): Promise<NodeIdentity> {
    const { files, folder, log } = ports
    const journal = fileJournal(files, `${folder}/node-state.json`, stateOf, ({ path, why }) =>
      log.error('node state set aside', { path, why }),
    )
    return new NodeIdentity(ports, journal, (await journal.load()) ?? 'unprovisioned')
  }

  get nodeId(): string {
    return this.#ports.node.nodeId
  }

  info(): NodeInfo {
    return { ...this.#ports.node, state: this.#state }
  }

  watch(changed: (node: NodeInfo) => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  /** Does what the order says, if the node's state allows it. What goes wrong is in the answer. */
  async obey(order: IdentityOrder): Promise<IdentityAnswer> {
    try {
      return await this.#do(order)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#ports.log.warning('identity order failed', { kind: order.kind, why })
      const code = error instanceof UnitError && error.code === 'wrong_state' ? 'wrongState' : 'failed'
      return { ...hollow(order), error: errorInfo(code, why) }
    }
  }

  /** The certificates this node is to have: those of its parts. */
  certificateTypes(): readonly CertificateType[] {
    return certificateTypes.filter((type) => hasPart(this.#ports.node, type))
  }

  async moveTo(state: NodeState): Promise<void> {
    if (state === this.#state) return
    await this.#journal.save(state)
    this.#ports.log.info('node state changed', { node: this.nodeId, from: this.#state, to: state })
    this.#state = state
    for (const changed of this.#watchers) changed(this.info())
  }

  async #do(order: IdentityOrder): Promise<IdentityAnswer> {
    switch (order.kind) {
      case 'start_provisioning':
        this.#expect('unprovisioned')
        await this.keys.clear()
        break
      case 'finish_provisioning':
        this.#expect('unprovisioned')
        await this.moveTo('provisioned')
        break
      case 'deprovision':
        this.#expect('provisioned', 'paused')
        await this.moveTo('unprovisioned')
        await this.keys.clear()
        break
      case 'pause':
        this.#expect('provisioned')
        await this.moveTo('paused')
        break
      case 'resume':
        this.#expect('paused')
        await this.moveTo('provisioned')
        break
      case 'cert_types':
        return { kind: 'cert_types', types: this.certificateTypes() }
      case 'create_key': {
        const { type, subject } = order
        const csr = await this.keys.createKey(typeOf(type), subject || this.#ports.systemId)
        return { kind: 'create_key', nodeId: this.nodeId, type, csr }
      }
      case 'apply_cert': {
        const certificate = await this.keys.apply(typeOf(order.type), order.chain)
        return { kind: 'apply_cert', nodeId: this.nodeId, certificate }
      }
    }
    return { kind: order.kind }
  }

  #expect(...states: readonly NodeState[]): void {
    if (states.includes(this.#state)) return
    throw new UnitError('wrong_state', `node ${this.nodeId}: expected state ${states.join(' or ')}, got ${this.#state}`)
  }
}

/** An answer that says nothing but its kind. */
function hollow(order: IdentityOrder): IdentityAnswer {
  const { nodeId } = order
  if (order.kind === 'cert_types') return { kind: 'cert_types', types: [] }
  if (order.kind === 'create_key') return { kind: 'create_key', nodeId, type: order.type, csr: '' }
  if (order.kind !== 'apply_cert') return { kind: order.kind }
  const none = { type: order.type, certUrl: '', keyUrl: '', serial: '', issuer: new Uint8Array() }
  return { kind: 'apply_cert', nodeId, certificate: none }
}

function typeOf(type: string): CertificateType {
  const known = certificateTypes.find((one) => one === type)
  if (!known)
    throw new UnitError('identity', `expected a certificate type, ${certificateTypes.join(', ')}, got ${type}`)
  return known
}

function stateOf(value: unknown): NodeState {
  if (value === 'unprovisioned' || value === 'provisioned' || value === 'paused') return value
  throw new Error(`expected a node's state, got ${JSON.stringify(value)}`)
}
