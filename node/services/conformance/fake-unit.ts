import { type InstanceOrder, instanceKey, type NodeFact, type NodeOrder } from '@windlass/model/unit'
import { type Link, type MutualTls, type Rpc, RpcError, type RpcServer } from '@windlass/platform'
import { serviceManagerMethods } from '@windlass/wire/aoscore'
import { SampleUnit } from '../images/sample-images.ts'

/** As much of a communication manager as a service manager sees. For tests. */
export class FakeUnit {
  readonly images = new SampleUnit()
  /** All that nodes told, in order. */
  readonly facts: NodeFact[] = []
  /** How often a node registered. */
  registrations = 0
  /** Where blobs are served: the first part of their addresses. */
  readonly #blobsAt: string
  #server: RpcServer | undefined
  #link: Link<NodeFact, NodeOrder> | undefined
  #ordered: readonly InstanceOrder[] = []

  constructor(blobsAt = 'http://unit.test') {
    this.#blobsAt = blobsAt
  }

  async listen(rpc: Rpc, address: string, tls: MutualTls | null = null): Promise<number> {
    this.#server = await rpc.listen(address, tls, (handlers) => {
      handlers.stream(serviceManagerMethods.register, (link) => void this.#attend(link))
      handlers.call(serviceManagerMethods.blobUrls, async (digests) => {
        const unknown = digests.find((digest) => !this.images.blobs.has(digest))
        if (unknown !== undefined) throw new RpcError('not_found', `no blob ${unknown}`)
        return digests.map((digest) => `${this.#blobsAt}/blobs/sha256/${digest.slice(7)}`)
      })
    })
    return this.#server.port
  }

  send(order: NodeOrder): void {
    this.#link?.send(order)
  }

  /** Sent again to a node that registers with another set (aoscore.md 5.7). */
  order(...start: readonly InstanceOrder[]): void {
    this.#ordered = start
    this.send({ kind: 'update_instances', start, stop: [] })
  }

  /** Facts of one kind, in order. */
  told<K extends NodeFact['kind']>(kind: K): Extract<NodeFact, { kind: K }>[] {
    return this.facts.filter((fact): fact is Extract<NodeFact, { kind: K }> => fact.kind === kind)
  }

  /** What the node said last of an item's instance. */
  state(itemId: string): string | undefined {
    const statuses = this.facts.flatMap((fact) =>
      fact.kind === 'node_instances' || fact.kind === 'instances_changed' ? fact.instances : [],
    )
    return statuses.findLast(({ ident }) => ident.itemId === itemId)?.state
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }

  async #attend(link: Link<NodeFact, NodeOrder>): Promise<void> {
    this.#link = link
    let told = false
    try {
      for await (const fact of link) {
        if (fact instanceof Error) continue
        this.facts.push(fact)
        if (told || fact.kind !== 'node_instances') continue
        told = true
        this.registrations += 1
        const versions = new Set(fact.instances.map(({ ident, version }) => instanceKey(ident) + version))
        const isSame = this.#ordered.every(({ ident, version }) => versions.has(instanceKey(ident) + version))
        if (!isSame || versions.size !== this.#ordered.length) this.order(...this.#ordered)
      }
    } catch {
      // The node went away.
    }
  }
}
