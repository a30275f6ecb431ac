import type { HttpHandler, HttpRequest, HttpResponse } from '@windlass/platform'
import { HttpError } from '@windlass/platform'
import { type Database, openDatabase } from '@windlass/platform/database'
import { FakeIdentity, type Unit } from '@windlass/unit/fakes'
import type { DeviceWorld } from '../device/role.ts'
import { SimDevice } from '../device/sim-device.ts'
import { unitsAddress } from '../fleet/fleet-units.ts'
import type { SimFleet } from '../fleet/sim-fleet.ts'
import { mostDiskBytes, mostMainBytes } from '../invariants/disk-bounded.ts'
import { nodeNumber } from '../scenario.ts'
import { Dice } from '../world/dice.ts'
import type { Life } from '../world/life.ts'
import { type Fate, NodeContainers } from './containers.ts'
import { NodeLayers } from './layers.ts'
import { blobsAddress, runMain } from './main-program.ts'
import { agentSettings, joinedUnit, type NodeParts, runServices } from './node-programs.ts'
import { newServiceRecords } from './records.ts'
import { architecture, factoryFirmware, nodeId, nodeType, type UnitCatalogue } from './unit-catalogue.ts'
import { UnitWire } from './unit-wire.ts'

const nodeDiskBytes = 2 ** 21
const sickLaterMs = 4 * 3_600_000
const awayMs = 13_000

export type UnitNews = Parameters<Parameters<Unit['update']['watch']>[0]>[0]

export interface UnitWorld extends Omit<DeviceWorld, 'catalogue'> {
  fleet: SimFleet
  releases: UnitCatalogue
}

/** One node: a device, and what it has for services. */
export interface SimNode extends NodeParts {
  device: SimDevice
  isUp: boolean
}

/** A unit: its nodes' disks, power, network and containers are played; what runs on them is real. */
export class SimUnit {
  readonly number: number
  readonly name: string
  readonly releases: UnitCatalogue
  readonly nodes: readonly SimNode[]
  readonly database: Database = openDatabase(':memory:')
  /** The state that its update manager was last in. */
  state = 'none'
  readonly #world: UnitWorld
  readonly #wire: UnitWire
  readonly #dice: Dice
  #identity: { known: FakeIdentity; life: Life } | undefined
  #blobs: { serve: HttpHandler; life: Life } | undefined

  constructor(number: number, nodes: number, world: UnitWorld) {
    this.number = number
    this.name = `u${number}`
    this.releases = world.releases
    this.#world = world
    this.#wire = new UnitWire(world.clock)
    this.#dice = new Dice(world.seed, 5_001 + number)
    this.nodes = Array.from({ length: nodes }, (_, node) => this.#makeNode(node))
  }

  powerOn(): void {
    for (const { number, device } of this.nodes) device.powerOn(1_000 * number)
  }

  get devices(): SimDevice[] {
    return this.nodes.map(({ device }) => device)
  }

  /** The state of its update, and nobody of its agents is in the middle of anything. */
  get isAtRest(): boolean {
    return this.state === 'none' && this.devices.every((device) => device.running && !device.updating)
  }

  switchOff(): void {
    for (const device of this.devices) device.switchOff()
  }

  #makeNode(number: number): SimNode {
    const fate = (workload: { layers: readonly string[] }) => this.#fateOf(node, workload.layers)
    const layers = new NodeLayers()
    const containers = new NodeContainers({ world: this.#world.clock, dice: this.#dice, fate })
    const records = newServiceRecords()
    const parts: NodeParts = { number, layers, containers, records }
    const device = new SimDevice(
      nodeNumber(this.number, number),
      { ...this.#world, catalogue: this.#firmwareOf(number) },
      {
        name: `${this.name}n${number}`,
        settings: agentSettings(number),
        factory: factoryFirmware,
        capacity: nodeDiskBytes,
        mostBytes: number === 0 ? mostMainBytes : mostDiskBytes,
        fars: number === 0 ? this.#mainFars() : { [blobsAddress]: (request) => this.#serveBlob(request) },
        joined: (host, life) => joinedUnit(number, this.#wire, host, life),
        programs: {
          services: (host, life, quit) => runServices(parts, this.#wire, host, life, quit),
          ...(number === 0 && { unit: (host, life, quit) => runMain(this.#mainParts(), host, life, quit) }),
        },
        onPower: (up) => this.#power(node, up),
      },
    )
    const node: SimNode = { ...parts, device, isUp: false }
    return node
  }

  #firmwareOf(node: number) {
    const catalogue = this.releases.firmware[node]
    if (!catalogue) throw new Error(`expected firmware for node ${node}, got none`)
    return catalogue
  }

  #mainFars(): Record<string, (request: HttpRequest) => Promise<HttpResponse>> {
    return {
      [unitsAddress]: (request) => this.#world.fleet.unit(request),
      [blobsAddress]: (request) => this.#serveBlob(request),
    }
  }

  #mainParts() {
    const { clock, fleet } = this.#world
    return {
      systemId: this.name,
      world: clock,
      wire: this.#wire,
      database: this.database,
      admit: fleet.connect.bind(fleet),
      identity: (life: Life) => this.#identityFor(life),
      onUp: (unit: Unit, serve: HttpHandler, life: Life) => {
        this.#blobs = { serve, life }
        unit.update.watch((news) => {
          if (life.alive) this.#heard(news)
        })
      },
    }
  }

  async #serveBlob(request: HttpRequest): Promise<HttpResponse> {
    const blobs = this.#blobs
    if (!blobs?.life.alive) throw new HttpError('refused', 'the main node is not there')
    return blobs.serve(request, new AbortController().signal)
  }

  /** Its nodes are known and trusted; whether each is there follows its power. */
  #identityFor(life: Life): FakeIdentity {
    const known = new FakeIdentity(this.name)
    this.#identity = { known, life }
    for (const node of this.nodes) known.setNode(infoOf(node))
    return known
  }

  #power(node: SimNode, up: boolean): void {
    if (!up) node.containers.endAll()
    node.isUp = up
    this.#world.clock.in(up ? 1_000 : awayMs, () => {
      if (node.isUp === up && this.#identity?.life.alive) this.#identity.known.setNode(infoOf(node))
    })
  }

  #heard(news: UnitNews): void {
    if (news.kind !== 'moved') return
    this.state = news.to.at
    this.#world.watch.units.moved(this, news)
    if (news.to.at === 'launching') this.#world.watch.unitLaunches(this)
  }

  /** What is started is looked at: nothing may run that nobody released. */
  #fateOf(node: SimNode, folders: readonly string[]): Fate {
    const says = folders.map((folder) => this.releases.serviceOf(node.layers.contentOf(folder)))
    const [service] = says
    const version = service?.split(' ')[1] ?? ''
    this.#world.watch.units.started(this, node.device, service)
    const kind = this.releases.ofVersion(version)?.kind
    const crashes = kind === 'service-crashes' || (kind === 'service-crashes-on-half' && node.number % 2 === 1)
    if (crashes) return { afterMs: this.#dice.whole(50, 400), code: 3 }
    if (kind !== 'service-sick-later') return 'never'
    return { afterMs: sickLaterMs + this.#dice.whole(120_000, 1_200_000), code: 4 }
  }
}

function infoOf({ number, isUp }: SimNode) {
  const attrs = number === 0 ? { MainNode: '', AosComponents: 'cm,iam,sm,um' } : { AosComponents: 'iam,sm,um' }
  return {
    nodeId: nodeId(number),
    nodeType: nodeType(number),
    title: nodeId(number),
    maxDmips: 20_000,
    totalRam: 2 ** 30,
    os: { os: 'linux', features: [] },
    cpus: [{ modelName: '', cores: 2, threads: 2, arch: { architecture } }],
    partitions: [],
    attrs,
    state: 'provisioned' as const,
    connected: isUp,
  }
}
