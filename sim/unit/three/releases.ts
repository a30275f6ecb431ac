import { readdir, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { ReleaseOrder } from '@windlass/wire/operator'
import { packTar } from '../../images/tar.ts'
import { type Layer, serviceImage, shellLayer } from '../service-image.ts'
import { addComponentItem, addServiceItem, packageFor, smallRelease } from './items.ts'
import {
  componentOf,
  type DeviceName,
  devices,
  nodeFolders,
  places,
  type ServiceName,
  serviceNames,
  unitId,
} from './settings.ts'
import type { ThreeNodes } from './three-nodes.ts'

/** What is wrong with a release, by what is affected. */
export interface Faults {
  services?: Partial<Record<ServiceName, 'crashes' | 'never healthy' | 'damaged'>>
  firmware?: Partial<Record<DeviceName, 'forged' | 'sick'>>
}

const work = 'while :; do sleep 5; done'
const scripts = { well: work, crashes: 'sleep 0.3\nexit 3', 'never healthy': work, damaged: work }
const failing = { Test: ['CMD', '/bin/false'], Interval: 200_000_000, Retries: 1000, StartPeriod: 3_600_000_000_000 }

/** Makes releases, each with new versions of everything, and says which one the unit is. */
export class Releases {
  readonly #unit: ThreeNodes
  /** Tells our containers from all others on this machine. */
  readonly #tag: string
  #count = 0

  constructor(unit: ThreeNodes) {
    this.#unit = unit
    this.#tag = `of-${unit.root.split('/').at(-1)}`
  }

  /** Gives the fleet the next release. `firmware` false: only services. */
  async make(faults: Faults = {}, firmware = true): Promise<Made> {
    const number = ++this.#count
    const version = `${number + 1}.0.0`
    for (const name of serviceNames) await this.#addService(name, version, faults.services?.[name])
    if (firmware) for (const node of devices) await this.#addFirmware(node, version, faults.firmware?.[node])
    const { id } = await this.#unit.fleet.addRelease(releaseOf(version, firmware))
    return { id, version, firmware, config: version }
  }

  /** The same under another name, with another version of the configuration. */
  async again({ version, firmware }: Made, nth: number): Promise<Made> {
    const config = `${this.#count + 1}.1.${nth}`
    const { id } = await this.#unit.fleet.addRelease(releaseOf(version, firmware, config))
    return { id, version, firmware, config }
  }

  async order({ id }: Made): Promise<void> {
    await this.#unit.fleet.setRelease(unitId, id)
  }

  /**
   * What really is there: versions of the services that run, each as often as it does, of the firmware that was started, and
   * of the nodes' configuration.
   */
  async reality(): Promise<string[]> {
    const firmware = await Promise.all(
      devices.map(async (node) => `${componentOf(node)} ${await this.#unit.firmwareOf(node)}`),
    )
    const configs = Object.values(places).map(async (node) => `config on ${node} ${await this.#unit.configOf(node)}`)
    return [...(await this.#running()), ...firmware, ...(await Promise.all(configs))].sort()
  }

  async #running(): Promise<string[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    return lines.flatMap((line) => {
      const [, , tag, name, version] = line.split('\0')
      return tag === this.#tag ? [`${name} ${version}`] : []
    })
  }

  async #addService(name: ServiceName, version: string, fault: keyof typeof scripts = 'well'): Promise<void> {
    const service = {
      script: `# ${version}\n${scripts[fault]}`,
      args: [this.#tag, name, version],
      ...(fault === 'never healthy' && { health: failing }),
    }
    const image = serviceImage(service, fault === 'damaged' ? damagedLayer(version) : await shellLayer())
    await addServiceItem(this.#unit.fleet, name, version, image)
  }

  async #addFirmware(node: DeviceName, version: string, fault?: 'forged' | 'sick'): Promise<void> {
    const { product, hardware, keys, fleet, root } = this.#unit
    const wanted = { product, hardware, version, privateKey: keys.privateKey, forged: fault === 'forged' }
    const release = smallRelease(version, { uplink: fault !== 'sick' })
    const file = packageFor(nodeFolders(root, node).device, release, wanted)
    await addComponentItem(fleet, componentOf(node), version, file)
  }
}

export interface Made {
  id: number
  version: string
  firmware: boolean
  /** Version of the unit's configuration. */
  config: string
}

/** `reality` of a unit that is this release, with firmware of another where it has none. */
export function realityOf({ version, firmware, config }: Made, otherFirmware = version): string[] {
  const fw = firmware ? version : otherFirmware
  return [
    ...serviceNames.map((name) => `${name} ${version}`),
    ...devices.map((node) => `${componentOf(node)} ${fw}`),
    ...Object.values(places).map((node) => `config on ${node} ${config}`),
  ].sort()
}

/** The services are told apart by labels of the nodes, which the unit's configuration gives them. */
function releaseOf(version: string, firmware: boolean, config = version): ReleaseOrder {
  const components = firmware ? devices.map(componentOf) : []
  const ids = [...serviceNames, ...components]
  const node = (label: ServiceName) => ({
    node: { codename: places[label] },
    nodeGroupSubject: { codename: places[label] },
    labels: [label],
    priority: 0,
  })
  return {
    name: `release ${version} ${config}`,
    items: ids.map((itemId) => ({ itemId, version })),
    instances: [
      ...serviceNames.map((itemId) => ({ itemId, labels: [itemId] })),
      ...components.map((itemId) => ({ itemId, numInstances: 1 })),
    ],
    unitConfig: { version: config, formatVersion: '7', nodes: serviceNames.map(node) },
  }
}

/** Its digest holds on the way; only who unpacks it sees that it is another than the image says. */
function damagedLayer(version: string): Layer {
  return { bytes: gzipSync(packTar(new Map([['version', Buffer.from(version)]]))), diffId: `sha256:${'0'.repeat(64)}` }
}
