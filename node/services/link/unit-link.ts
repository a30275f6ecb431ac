import { readFile } from 'node:fs/promises'
import type { NodeFact, NodeOrder, ResourceInfo, RuntimeInfo } from '@windlass/model/unit'
import { type Clock, type Link, type Log, type MutualTls, type Rpc, type RpcClient, RpcError } from '@windlass/platform'
import { serviceManagerMethods } from '@windlass/wire/aoscore'
import type { AskUrls } from '../images/image-store.ts'
import type { NodeInstances, Report } from '../instances/node-instances.ts'
import type { Network } from '../network/network.ts'
import { ServicesError } from '../services-error.ts'
import type { JournalAlerts } from '../telemetry/journal-alerts.ts'
import { networkCalls } from './network-calls.ts'

export interface UnitLinkSettings {
  /** `host:port` of the communication manager. */
  address: string
  nodeId: string
  reconnectMs: number
  /** PEM files, read anew for each connection; null only on loopback. */
  tls: { key: string; certificate: string; ca: string } | null
}

export interface UnitLinkPorts {
  rpc: Rpc
  instances: Pick<NodeInstances, 'statuses' | 'connection' | 'reach' | 'subscribe'>
  network: Pick<Network, 'meet'>
  journal: Pick<JournalAlerts, 'follow'>
  /** What an order asks, apart from the connection's own affairs; answers are facts. */
  obey(order: NodeOrder): Promise<readonly NodeFact[]>
  runtimes: readonly RuntimeInfo[]
  resources: readonly ResourceInfo[]
  clock: Clock
  log: Log
}

/** Of one question for addresses (aoscore.md 0.4). */
const mostDigests = 16

/** This node's end of servicemanager.v5: registers, tells, obeys, and dials again for as long as it takes (aoscore.md 5.9). */
export class UnitLink {
  readonly #ports: UnitLinkPorts
  readonly #settings: UnitLinkSettings
  #client: RpcClient | undefined
  #link: Link<NodeOrder, NodeFact> | undefined

  constructor(ports: UnitLinkPorts, settings: UnitLinkSettings) {
    this.#ports = ports
    this.#settings = settings
  }

  /** Tells the unit; nobody hears it while there is no connection. */
  readonly tell = (fact: NodeFact): void => this.#link?.send(fact)

  readonly askUrls: AskUrls = async (digests, stop) => {
    const urls: string[] = []
    for (let at = 0; at < digests.length; at += mostDigests) {
      const some = digests.slice(at, at + mostDigests)
      urls.push(...(await this.#ask(some, stop)))
    }
    return urls
  }

  /** Until `quit` fires. */
  async run(quit: AbortSignal): Promise<void> {
    const { clock, log, instances } = this.#ports
    while (!quit.aborted) {
      try {
        await this.#session(quit)
        if (!quit.aborted) log.info('the unit ended the connection', { unit: this.#settings.address })
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        if (!quit.aborted) log.warning('no connection to the unit', { unit: this.#settings.address, why })
      }
      instances.reach(false)
      // Who cannot reach the unit cannot reach the cloud.
      instances.connection(false)
      await clock.sleep(this.#settings.reconnectMs, quit).catch(() => undefined)
    }
  }

  async #session(quit: AbortSignal): Promise<void> {
    const { rpc, instances, journal, network, log, runtimes, resources } = this.#ports
    const ended = new AbortController()
    const until = AbortSignal.any([quit, ended.signal])
    const { address, nodeId } = this.#settings
    const client = rpc.connect(address, await this.#tls())
    const link = client.open(serviceManagerMethods.register)
    const leave = () => client.close()
    quit.addEventListener('abort', leave, { once: true })
    using _reports = instances.subscribe((report) => link.send(factOf(report)))
    const failed = (error: unknown) => log.error('order failed', { error })
    try {
      this.#client = client
      this.#link = link
      link.send({ kind: 'sm_info', nodeId, runtimes, resources })
      await network.meet(networkCalls(client, nodeId), until)
      instances.reach(true)
      link.send({ kind: 'node_instances', instances: instances.statuses() })
      void journal.follow(until)
      for await (const order of link) {
        if (order instanceof Error) log.warning('order not understood', { why: order.message })
        // A log takes its time; what comes after it need not wait.
        else if (order.kind.endsWith('_log')) void this.#obey(order, link).catch(failed)
        else await this.#obey(order, link)
      }
    } finally {
      this.#client = undefined
      this.#link = undefined
      quit.removeEventListener('abort', leave)
      ended.abort()
      client.close()
    }
  }

  async #obey(order: NodeOrder, link: Link<NodeOrder, NodeFact>): Promise<void> {
    if (order.kind === 'cloud_connection') return this.#ports.instances.connection(order.connected)
    for (const fact of await this.#ports.obey(order)) link.send(fact)
  }

  async #ask(digests: readonly string[], stop: AbortSignal): Promise<readonly string[]> {
    if (!this.#client)
      throw new ServicesError('unreachable', 'there is no connection to the unit, which has the images')
    try {
      return await this.#client.call(serviceManagerMethods.blobUrls, digests, stop)
    } catch (error) {
      if (!(error instanceof RpcError)) throw error
      const code = error.code === 'not_found' ? 'not_found' : 'unreachable'
      throw new ServicesError(code, `the unit gave no address for ${digests.join(', ')}: ${error.message}`, {
        cause: error,
      })
    }
  }

  async #tls(): Promise<MutualTls | null> {
    const { tls } = this.#settings
    if (!tls) return null
    const [key, cert, ca] = await Promise.all([tls.key, tls.certificate, tls.ca].map((path) => readFile(path, 'utf8')))
    return { key: key ?? '', cert: cert ?? '', ca: ca ?? '' }
  }
}

function factOf({ kind, statuses }: Report): NodeFact {
  return kind === 'whole'
    ? { kind: 'node_instances', instances: statuses }
    : { kind: 'instances_changed', instances: statuses }
}
