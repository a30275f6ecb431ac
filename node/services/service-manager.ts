import { join } from 'node:path/posix'
import type { NodeAlert, ResourceInfo, RuntimeInfo } from '@windlass/model/unit'
import {
  type Clock,
  type Files,
  type Http,
  KeptRunningTime,
  type Log,
  type Processes,
  type Random,
  type Rpc,
  type RunningTimeRecords,
} from '@windlass/platform'
import { BlobStore } from './images/blob-store.ts'
import { defaultKeeping } from './images/evict.ts'
import type { ImageRecords } from './images/image-records.ts'
import { type Image, ImageStore } from './images/image-store.ts'
import type { Layers } from './images/layers.ts'
import { instanceId, runtimeId } from './instances/ids.ts'
import { defaultInstancesRules, NodeInstances } from './instances/node-instances.ts'
import type { InstanceRecords } from './instances/records.ts'
import { NodeConfigFile } from './link/node-config.ts'
import { obey } from './link/obey.ts'
import { UnitLink } from './link/unit-link.ts'
import type { Network } from './network/network.ts'
import type { Runtime } from './runtime/runtime.ts'
import type { Settings } from './settings.ts'
import type { InstanceStorage } from './storage/storage.ts'
import { Crashes } from './telemetry/crashes.ts'
import { JournalAlerts } from './telemetry/journal-alerts.ts'
import type { JournalRecords } from './telemetry/journal-records.ts'
import { lookEveryMs, type ServiceLogs } from './telemetry/log-folder.ts'
import type { Meters } from './telemetry/meters.ts'
import { Monitor } from './telemetry/monitor.ts'
import { NodeExecutor, type NodePorts } from './workload/node-executor.ts'
import type { NodeResource } from './workload/node-resources.ts'
import type { NodePower } from './workload/workload-of.ts'

/** The world of one node's services. */
export interface NodeWorld {
  nodeId: string
  power: NodePower
  architecture: { architecture: string; variant?: string }
  isRoot: boolean
  runtimes: readonly Runtime[]
  network: Network
  layers: Layers
  records: InstanceRecords & ImageRecords & JournalRecords & RunningTimeRecords
  storage: InstanceStorage
  logs: ServiceLogs
  resources: readonly NodeResource[]
  meters: Meters
  rpc: Rpc
  http: Http
  files: Files
  processes: Processes
  clock: Clock
  random: Random
  log: Log
}

const sweepEveryMs = 3_600_000

/** How often it looks whether services still run, and at what they wrote; ms. */
export interface Rhythm {
  lookEveryMs: number
  logsEveryMs: number
}
const usualRhythm: Rhythm = { lookEveryMs: defaultInstancesRules.lookEveryMs, logsEveryMs: lookEveryMs }

/** One node's service manager, built of its ports; runs until told to stop, and leaves the services running. */
export class ServiceManager {
  readonly instances: NodeInstances
  readonly #world: NodeWorld
  readonly #rhythm: Rhythm
  readonly #time: KeptRunningTime
  readonly #images: ImageStore
  readonly #config: NodeConfigFile
  readonly #monitor: Monitor
  readonly #link: UnitLink

  constructor(world: NodeWorld, settings: Settings, rhythm: Rhythm = usualRhythm) {
    const { clock, log, files, processes, records } = world
    this.#world = world
    this.#rhythm = rhythm
    const time = new KeptRunningTime(clock, records, log)
    this.#time = time
    const askUrls: UnitLink['askUrls'] = (digests, stop) => this.#link.askUrls(digests, stop)
    const blobs = new BlobStore(world, join(settings.folders.images, 'blobs/sha256'))
    const keeping = { ...defaultKeeping, ttlMs: settings.imageTtlMs }
    const imagePorts = { blobs, layers: world.layers, records, askUrls, files, clock, time, log }
    this.#images = new ImageStore(imagePorts, settings.folders.images, keeping)
    this.#config = new NodeConfigFile(files, settings.nodeConfigFile)
    const runtimes = new Map(world.runtimes.map((runtime) => [runtimeId(runtime.type, world.nodeId), runtime]))
    const notLent: NodePorts['notLent'] = ({ ident }, resource, why) =>
      this.#alert({ kind: 'resource_allocate', timeMs: clock.now(), ident, resource, message: why.slice(0, 256) })
    const executor = new NodeExecutor({ ...world, runtimes, images: this.#images, notLent })
    const crashes = new Crashes()
    const rules = { lookEveryMs: rhythm.lookEveryMs, parallel: settings.parallel }
    const ended: ConstructorParameters<typeof NodeInstances>[0]['ended'] = (run) => {
      crashes.note(run)
      if (run.ended?.code === 0) return
      this.#images.doubt(run.info.manifestDigest)
      this.#alert(crashAlert(run))
    }
    this.instances = new NodeInstances({ executor, records, clock, time, log, ended }, rules)
    const quotasOf = async (manifestDigest: string): Promise<Image['item']['quotas']> =>
      (await this.#images.open(manifestDigest)).item.quotas
    this.#monitor = new Monitor(
      {
        meters: world.meters,
        runs: async () => (await executor.observe()).filter((run) => !run.ended),
        quotas: ({ manifestDigest }) => quotasOf(manifestDigest),
        storage: async (order) => await world.storage.usage(order, await quotasOf(order.manifestDigest)),
        traffic: (id) => world.network.traffic(id),
        nodeRules: () => this.#config.alertRules(),
        clock,
        log,
      },
      {
        ...settings.monitoring,
        power: world.power,
        partitions: [{ name: 'services', path: settings.folders.working }],
      },
      {
        monitoring: (measured) => this.#link.tell({ kind: 'monitoring', ...measured }),
        alert: (alert) => this.#alert(alert),
      },
    )
    const idents = () => this.instances.statuses().map(({ ident }) => ident)
    const logPorts = { logs: world.logs, idents, crashes: crashes.of.bind(crashes), processes }
    const { instances } = this
    const obeyPorts = {
      instances,
      config: this.#config,
      monitor: this.#monitor,
      logs: logPorts,
      logLimits: settings.logParts,
    }
    this.#link = new UnitLink(
      {
        rpc: world.rpc,
        instances,
        network: world.network,
        journal: new JournalAlerts({ ...world, tell: (alert) => this.#alert(alert) }, settings.journal),
        obey: (order) => obey(order, obeyPorts),
        runtimes: world.runtimes.map((runtime) => runtimeInfo(runtime, world)),
        resources: world.resources.map(({ name, sharedCount }): ResourceInfo => ({ name, sharedCount })),
        clock,
        log,
      },
      { address: settings.unit, nodeId: world.nodeId, reconnectMs: settings.reconnectMs, tls: settings.tls },
    )
  }

  /** Stored instances are started at once; the unit hears nothing before they are (aoscore.md 5.9). */
  async run(quit: AbortSignal): Promise<void> {
    await this.#config.load()
    await this.#images.load()
    const runs = await Promise.all(this.#world.runtimes.map((runtime) => runtime.list()))
    await this.#world.network.keep(new Set(runs.flat().map(({ id }) => id)))
    const settled = Promise.withResolvers<void>()
    using _first = this.instances.subscribe(({ kind }) => {
      settled.resolve()
      if (kind === 'whole') void this.#sweep()
    })
    const working = this.instances.run(quit)
    await Promise.race([settled.promise, working])
    const others = [this.#link.run(quit), this.#monitor.run(quit), this.#keepHouse(quit), this.#time.run(quit)]
    await Promise.all([working, ...others])
  }

  async #keepHouse(quit: AbortSignal): Promise<void> {
    const { clock, log } = this.#world
    for (let sweptAt = clock.uptime(); !quit.aborted; ) {
      const idents = [...this.instances.statuses(), ...this.instances.running().map(({ info }) => info)]
      const ordered = new Set(idents.map(({ ident }) => instanceId(ident)))
      await this.#world.logs
        .look(ordered)
        .catch((error: unknown) => log.warning('logs not looked at', { why: String(error) }))
      if (clock.uptime() - sweptAt >= sweepEveryMs) {
        await this.#sweep()
        sweptAt = clock.uptime()
      }
      await clock.sleep(this.#rhythm.logsEveryMs, quit).catch(() => undefined)
    }
  }

  /** Lets go of images, and of storage, that nothing here needs any more. */
  async #sweep(): Promise<void> {
    const { records, storage, log } = this.#world
    const orders = [...records.instances(), ...this.instances.running().map(({ info }) => info)]
    await storage.keep(orders).catch((error: unknown) => log.warning('storage not swept', { why: String(error) }))
    const used = [...this.instances.statuses(), ...this.instances.running().map(({ info }) => info)]
    try {
      await this.#images.use(new Set(used.map(({ manifestDigest }) => manifestDigest)))
    } catch (error) {
      log.warning('images not swept', { why: String(error) })
    }
  }

  #alert(alert: NodeAlert): void {
    this.#link.tell({ kind: 'alert', alert })
  }
}

function crashAlert({ info, ended }: Parameters<Crashes['note']>[0]): NodeAlert {
  const message = (ended?.why ?? '').slice(0, 256)
  return { kind: 'instance', timeMs: ended?.at ?? 0, ident: info.ident, version: info.version, message }
}

function runtimeInfo({ type }: Runtime, { nodeId, power, architecture }: NodeWorld): RuntimeInfo {
  return {
    runtimeId: runtimeId(type, nodeId),
    type,
    maxDmips: power.maxDmips,
    totalRam: power.totalRam,
    maxInstances: 0,
    arch: architecture,
    os: { os: 'linux', features: [] },
  }
}
