import { type CloudOrder, type ErrorInfo, errorInfo, type UnitFact } from '@windlass/model/unit'
import type { Log } from '@windlass/platform'
import { UnitError } from '../unit-error.ts'
import { checked, type UnitIdentity } from './unit-identity.ts'

type Of<K extends CloudOrder['kind']> = CloudOrder & { kind: K }

interface Ports {
  identity: UnitIdentity
  mainNodeId: string
  send(fact: UnitFact): void
  log: Log
}

/** What the cloud wants of certificates and nodes (aoscore.md 8.5, 8.6), one order after the other. */
export class CertificateOrders {
  readonly #ports: Ports
  #turn: Promise<void> = Promise.resolve()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Orders of other kinds are not its business. Resolves when all is answered. Never rejects. */
  take(order: CloudOrder): Promise<void> {
    this.#turn = this.#turn
      .then(() => this.#do(order))
      .catch((error: unknown) => {
        this.#ports.log.error('certificate order failed', { kind: order.kind, why: String(error) })
      })
    return this.#turn
  }

  async #do(order: CloudOrder): Promise<void> {
    if (order.kind === 'renew_certificates') return this.#renew(order)
    if (order.kind === 'issued_certificates') return this.#install(order)
    if (order.kind === 'start_provisioning') return this.#start(order)
    if (order.kind === 'finish_provisioning') return this.#finish(order)
    if (order.kind === 'deprovision') return this.#deprovision(order)
  }

  async #renew({ certificates, secrets }: Of<'renew_certificates'>): Promise<void> {
    const requests: (UnitFact & { kind: 'issue_certificates' })['requests'][number][] = []
    for (const { type, nodeId } of certificates) {
      const asked = await this.#attempt(() => this.#request(nodeId, type, secrets[nodeId] ?? ''))
      if (asked.value !== undefined) requests.push({ type, nodeId, csr: asked.value })
    }
    if (requests.length > 0) this.#ports.send({ kind: 'issue_certificates', requests })
  }

  /** Other nodes before the main one, `iam` last on each: the way to a node stands until all else is in place. */
  async #install({ certificates }: Of<'issued_certificates'>): Promise<void> {
    const rank = ({ nodeId, type }: { nodeId: string; type: string }) =>
      (nodeId === this.#ports.mainNodeId ? 2 : 0) + (type === 'iam' ? 1 : 0)
    const inOrder = certificates.toSorted((one, other) => rank(one) - rank(other))
    const installed: (UnitFact & { kind: 'certificates_installed' })['certificates'][number][] = []
    for (const { type, nodeId, chain } of inOrder) {
      const { value = '', error } = await this.#attempt(() => this.#apply(nodeId, type, chain))
      installed.push({ type, nodeId, serial: value, ...(error && { error }) })
    }
    this.#ports.send({ kind: 'certificates_installed', certificates: installed })
  }

  async #start({ nodeId, password, ...asked }: Of<'start_provisioning'>): Promise<void> {
    const { identity, send } = this.#ports
    const { value = [], error } = await this.#attempt(async () => {
      checked(await identity.obey({ kind: 'start_provisioning', nodeId, password }))
      const answer = checked(await identity.obey({ kind: 'cert_types', nodeId }))
      const csrs: { type: string; csr: string }[] = []
      for (const type of answer.kind === 'cert_types' ? answer.types : [])
        csrs.push({ type, csr: await this.#request(nodeId, type, password) })
      return csrs
    })
    send({ kind: 'provisioning_started', ...idOf(asked), nodeId, csrs: value, ...(error && { error }) })
  }

  /** A cloud that sends no certificates leaves them to the unit. */
  async #finish({ nodeId, password, certificates, ...asked }: Of<'finish_provisioning'>): Promise<void> {
    const { identity, send } = this.#ports
    const { error } = await this.#attempt(async () => {
      for (const { type, chain } of certificates) await this.#apply(nodeId, type, chain)
      if (certificates.length === 0) await identity.certify(nodeId)
      checked(await identity.obey({ kind: 'finish_provisioning', nodeId, password }))
    })
    send({ kind: 'provisioning_finished', ...idOf(asked), nodeId, ...(error && { error }) })
  }

  async #deprovision({ nodeId, password, ...asked }: Of<'deprovision'>): Promise<void> {
    const { identity, send, mainNodeId } = this.#ports
    const { error } = await this.#attempt(async () => {
      if (nodeId === mainNodeId || nodeId === '')
        throw new UnitError('wrong_state', 'the main node cannot be deprovisioned over the link that it keeps')
      checked(await identity.obey({ kind: 'deprovision', nodeId, password }))
    })
    send({ kind: 'deprovisioned', ...idOf(asked), nodeId, ...(error && { error }) })
  }

  async #request(nodeId: string, type: string, password: string): Promise<string> {
    const answer = checked(await this.#ports.identity.obey({ kind: 'create_key', nodeId, type, subject: '', password }))
    return answer.kind === 'create_key' ? answer.csr : ''
  }

  async #apply(nodeId: string, type: string, chain: string): Promise<string> {
    const answer = checked(await this.#ports.identity.obey({ kind: 'apply_cert', nodeId, type, chain }))
    return answer.kind === 'apply_cert' ? answer.certificate.serial : ''
  }

  async #attempt<T>(work: () => Promise<T>): Promise<{ value?: T; error?: ErrorInfo }> {
    try {
      return { value: await work() }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#ports.log.warning('certificate order not obeyed', { why })
      const isState = error instanceof UnitError && error.code === 'wrong_state'
      return { error: errorInfo(isState ? 'wrongState' : 'failed', why) }
    }
  }
}

const idOf = ({ correlationId }: { correlationId?: string }) => (correlationId === undefined ? {} : { correlationId })
