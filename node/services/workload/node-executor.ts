import { type InstanceOrder, instanceKey } from '@windlass/model/unit'
import type { Clock, Files } from '@windlass/platform'
import type { HealthCheck } from '@windlass/wire/oci'
import type { Image, ImageStore } from '../images/image-store.ts'
import type { Executor, ObservedRun, Traits } from '../instances/executor.ts'
import { instanceId } from '../instances/ids.ts'
import { defaultRestartRule } from '../instances/restart.ts'
import type { Network } from '../network/network.ts'
import type { Runtime, RuntimeRun } from '../runtime/runtime.ts'
import { ServicesError } from '../services-error.ts'
import type { InstanceStorage } from '../storage/storage.ts'
import type { ServiceLogs } from '../telemetry/log-folder.ts'
import { type Lent, lend, together } from './lent.ts'
import type { NodeResource } from './node-resources.ts'
import { orderLabel, orderOfLabel } from './order-text.ts'
import { Shares } from './shares.ts'
import { type NodePower, workloadOf } from './workload-of.ts'

export interface NodePorts {
  /** By runtime id. */
  runtimes: ReadonlyMap<string, Runtime>
  images: ImageStore
  network: Network
  storage: InstanceStorage
  resources: readonly NodeResource[]
  power: NodePower
  files: Files
  clock: Clock
  /** Hears of each instance that did not get what it asked of the node. */
  notLent?: (order: InstanceOrder, resource: string, why: string) => void
  logs: Pick<ServiceLogs, 'path'>
}

/** A run with what only the node knows of it. */
export interface NodeRun extends ObservedRun {
  id: string
  pid?: number
}

/** Instances made of images, runtimes, network and storage. */
export class NodeExecutor implements Executor {
  readonly #ports: NodePorts
  #known: Promise<Shares> | undefined

  constructor(ports: NodePorts) {
    this.#ports = ports
  }

  async observe(): Promise<NodeRun[]> {
    const lists = await Promise.all([...this.#ports.runtimes.values()].map((runtime) => runtime.list()))
    return lists.flat().flatMap((run) => observed(run) ?? [])
  }

  images(): Promise<ReadonlySet<string>> {
    return Promise.resolve(this.#ports.images.ready())
  }

  async traits(manifestDigest: string): Promise<Traits> {
    const { item, config } = await this.#ports.images.open(manifestDigest)
    const { startBurst, startIntervalMs, restartIntervalMs } = { ...defaultRestartRule, ...item.runParameters }
    return {
      restart: { startBurst, startIntervalMs, restartIntervalMs },
      ...(config.health && { health: config.health }),
      ...(item.offlineTtlMs !== undefined && { offlineTtlMs: item.offlineTtlMs }),
    }
  }

  fetch(of: InstanceOrder, stop: AbortSignal): Promise<void> {
    return this.#ports.images.fetch(of, stop)
  }

  async start(order: InstanceOrder): Promise<void> {
    const runtime = this.#runtime(order)
    const { images, network, storage, power, logs } = this.#ports
    await images.checkDoubted(order.manifestDigest)
    const image = await images.open(order.manifestDigest)
    const id = instanceId(order.ident)
    const lent = await this.#lend(id, order, image)
    const binds = await storage.prepare(order, image.item.quotas)
    const { hostname, allowedConnections } = image.item
    const attached = await network.attach({
      id,
      ident: order.ident,
      ownerId: order.ownerId,
      ...(hostname !== undefined && { hostname }),
      ...(lent.hosts.length > 0 && { hosts: lent.hosts }),
      allowedConnections,
      exposedPorts: image.config.exposedPorts,
    })
    const label = orderLabel(order)
    const log = await logs.path(id)
    const parts = { order, image, node: power, storage: binds, network: attached, lent, logPath: log, label }
    try {
      await runtime.start(workloadOf(parts))
    } catch (error) {
      images.doubt(order.manifestDigest)
      await network.detach(id)
      throw error
    }
  }

  async stop(order: InstanceOrder): Promise<void> {
    const id = instanceId(order.ident)
    await this.#runtime(order).stop(id)
    await this.#ports.network.detach(id)
    ;(await this.#shares).giveBack(id)
  }

  kill(order: InstanceOrder): Promise<void> {
    return this.#runtime(order).kill(instanceId(order.ident))
  }

  async check(order: InstanceOrder, { command, timeoutMs }: HealthCheck, stop: AbortSignal): Promise<boolean> {
    return (await this.#runtime(order).exec(instanceId(order.ident), command, timeoutMs, stop)) === 0
  }

  subscribe(heard: () => void): Disposable {
    const all = [...this.#ports.runtimes.values()].map((runtime) => runtime.subscribe(heard))
    return {
      [Symbol.dispose]: () => {
        for (const one of all) one[Symbol.dispose]()
      },
    }
  }

  #runtime({ runtimeId, ident }: InstanceOrder): Runtime {
    const runtime = this.#ports.runtimes.get(runtimeId)
    if (runtime) return runtime
    throw new ServicesError('not_found', `${instanceKey(ident)}: this node has no runtime "${runtimeId}"`)
  }

  async #lend(id: string, order: InstanceOrder, { item }: Image): Promise<Lent> {
    const shares = await this.#shares
    let asking = ''
    try {
      const lent: Lent[] = []
      for (const { name, mode } of item.resources) {
        asking = name
        const resource = this.#resource(name)
        await shares.take(id, resource)
        lent.push(await lend({ resource, mode }, this.#ports.files))
      }
      return together(lent)
    } catch (error) {
      shares.giveBack(id)
      if (error instanceof ServicesError) this.#ports.notLent?.(order, asking, error.message)
      throw error
    }
  }

  /** What services have that another life of this process started. */
  async #lookAtShares(): Promise<Shares> {
    const shares = new Shares(this.#ports.clock)
    for (const { id, info, ended } of await this.observe()) {
      if (ended) continue
      const image = await this.#ports.images.open(info.manifestDigest).catch(() => undefined)
      for (const { name } of image?.item.resources ?? []) shares.know(id, name)
    }
    return shares
  }

  get #shares(): Promise<Shares> {
    this.#known ??= this.#lookAtShares()
    return this.#known
  }

  #resource(name: string): NodeResource {
    const resource = this.#ports.resources.find((one) => one.name === name)
    if (resource) return resource
    throw new ServicesError('not_found', `resource "${name}": this node has none of that name`)
  }
}

function observed({ id, label, token, startedAt, pid, exit }: RuntimeRun): NodeRun | undefined {
  const order = orderOfLabel(label)
  if (!order) return undefined
  return { id, info: order, token, startedAt, ...(pid !== undefined && { pid }), ...(exit && { ended: exit }) }
}
