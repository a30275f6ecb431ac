import { createHash } from 'node:crypto'
import type { DesiredState, ItemType } from '@windlass/model/unit'
import { sha256Of } from '@windlass/trust'
import {
  defaultItemConfig,
  encodeImageConfig,
  encodeIndex,
  encodeItemConfig,
  encodeManifest,
  mediaTypes,
} from '@windlass/wire/oci'
import type { ReleaseOrder } from '@windlass/wire/operator'
import type { ReleaseKind, UnitReleaseKind } from '../scenario.ts'
import { Catalogue, makeRelease, type Release } from '../world/catalogue.ts'
import type { KeyRing } from '../world/key-ring.ts'

export const architecture = 'amd64'
/** The firmware with which nodes leave the factory. */
export const factoryFirmware = '0.1.0'
/** One runs on the main node, one on all others together, by labels that the unit's configuration gives. */
export const services = ['front', 'back'] as const
export type ServiceName = (typeof services)[number]

const layerBytes = 3_000

/** A version of an item, with what the fleet has to know of it. */
export interface UnitItem {
  itemId: string
  type: ItemType
  version: string
  indexDigest: string
  blobs: readonly string[]
}

/** What a unit may be told to be. */
export interface UnitRelease {
  number: number
  kind: UnitReleaseKind
  version: string
  /** Whether all of it can run, and go on doing so. */
  good: boolean
  items: readonly UnitItem[]
  order: ReleaseOrder
  /** The firmware of each node, by its number. */
  firmware: readonly Release[]
}

/** Everything that one unit may be given, and what the fleet really gives for each digest. */
export class UnitCatalogue {
  readonly releases: readonly UnitRelease[]
  /** What each node may be given as firmware. */
  readonly firmware: readonly Catalogue[]
  /** By digest; a release that is spoilt has other bytes than its digest says, or none. */
  readonly blobs = new Map<string, Uint8Array>()
  /** By digest, what services are: `front 3.0.0`. */
  readonly #layers = new Map<string, string>()

  constructor(kinds: readonly UnitReleaseKind[], nodes: number, keys: KeyRing) {
    const makers = kinds.map((kind, index) => new ReleaseMaker(index + 1, kind, nodes, keys))
    this.releases = makers.map((maker) => maker.make())
    this.firmware = Array.from(
      { length: nodes },
      (_, node) =>
        new Catalogue(
          this.releases.map(({ firmware }) => need(firmware[node])),
          factoryFirmware,
        ),
    )
    for (const { blobs, layers } of makers) {
      for (const [digest, bytes] of blobs) this.blobs.set(digest, bytes)
      for (const [digest, says] of layers) this.#layers.set(digest, says)
    }
  }

  release(number: number): UnitRelease | undefined {
    return this.releases[number - 1]
  }

  /** By the version of anything in it. */
  ofVersion(version: string): UnitRelease | undefined {
    return this.releases.find((release) => release.version === version)
  }

  /** What a service is whose one layer has these bytes; undefined for bytes that nobody made. */
  serviceOf(bytes: Uint8Array): string | undefined {
    return this.#layers.get(`sha256:${sha256Of(bytes)}`)
  }
}

/** What is wrong with the firmware of one node, where the kind says so. */
const firmwareKinds: Partial<Record<UnitReleaseKind, ReleaseKind>> = {
  'firmware-panics': 'panics',
  'firmware-sick': 'sick',
  'firmware-unsigned': 'unsigned',
  'firmware-signed-by-another': 'signed-by-another',
  'firmware-changed': 'changed',
  'firmware-other-bytes': 'other-bytes',
  'firmware-too-large': 'too-large',
}

class ReleaseMaker {
  readonly blobs = new Map<string, Uint8Array>()
  readonly layers = new Map<string, string>()
  readonly #number: number
  readonly #kind: UnitReleaseKind
  readonly #nodes: number
  readonly #keys: KeyRing
  readonly #version: string

  constructor(number: number, kind: UnitReleaseKind, nodes: number, keys: KeyRing) {
    this.#number = number
    this.#kind = kind
    this.#nodes = nodes
    this.#keys = keys
    this.#version = `${number}.0.0`
  }

  make(): UnitRelease {
    const firmware = this.#firmware()
    const items = [
      ...services.map((name) => this.#service(name)),
      ...firmware.map((release, node) => this.#component(node, release)),
    ]
    return {
      number: this.#number,
      kind: this.#kind,
      version: this.#version,
      good: this.#kind === 'good',
      items,
      order: this.#order(items),
      firmware,
    }
  }

  #firmware(): Release[] {
    const sick = firmwareKinds[this.#kind]
    const well = makeRelease(this.#number, 'good', this.#keys, this.#version)
    const other = sick && makeRelease(this.#number, sick, this.#keys, this.#version)
    return Array.from({ length: this.#nodes }, (_, node) =>
      other && node === this.#number % this.#nodes ? other : well,
    )
  }

  #service(name: ServiceName): UnitItem {
    const says = `${name} ${this.#version}`
    const bytes = layerOf(says)
    const diffId = `sha256:${sha256Of(bytes)}`
    this.layers.set(diffId, says)
    const layer = this.#blob(bytes, mediaTypes.layer)
    const spoilt = this.#kind === 'layer-other' && name === 'back'
    const config = this.#blob(
      encodeImageConfig({
        platform: { architecture, os: 'linux', osFeatures: [] },
        exposedPorts: [],
        env: [],
        entrypoint: ['/app/run'],
        cmd: [],
        workingDir: '',
        user: '',
        diffIds: [spoilt ? `sha256:${'0'.repeat(64)}` : diffId],
      }),
      mediaTypes.config,
    )
    const itemConfig = this.#blob(encodeItemConfig(defaultItemConfig), mediaTypes.itemConfig)
    const manifest = this.#blob(
      encodeManifest({ config, itemConfig, layers: [layer], annotations: {} }),
      mediaTypes.manifest,
    )
    if (name === 'front' && this.#kind === 'blob-other-bytes') this.blobs.set(layer.digest, layerOf('somebody else'))
    if (name === 'front' && this.#kind === 'blob-missing') this.blobs.delete(layer.digest)
    return this.#item(name, 'service', [layer.digest, config.digest, itemConfig.digest], manifest)
  }

  #component(node: number, { archive }: Release): UnitItem {
    const file = this.#blob(archive, mediaTypes.componentPackage)
    const config = this.#blob('{}', mediaTypes.empty)
    const runtimes = { ...defaultItemConfig, runtimes: [componentType(node)] }
    const itemConfig = this.#blob(encodeItemConfig(runtimes), mediaTypes.itemConfig)
    const annotations = { type: 'full' }
    const manifest = this.#blob(
      encodeManifest({ config, itemConfig, layers: [file], annotations }),
      mediaTypes.manifest,
    )
    return this.#item(componentType(node), 'component', [file.digest, config.digest, itemConfig.digest], manifest)
  }

  #item(itemId: string, type: ItemType, parts: readonly string[], manifest: Described): UnitItem {
    const platform = type === 'service' ? { platform: { architecture, os: 'linux', osFeatures: [] } } : {}
    const index = this.#blob(
      encodeIndex({ entries: [{ ...manifest, ...platform, annotations: {} }] }),
      mediaTypes.index,
    )
    const blobs = [index.digest, manifest.digest, ...parts]
    return { itemId, type, version: this.#version, indexDigest: index.digest, blobs }
  }

  #order(items: readonly UnitItem[]): ReleaseOrder {
    const node = (number: number) => ({
      node: { codename: nodeId(number) },
      nodeGroupSubject: { codename: nodeType(number) },
      labels: [number === 0 ? 'front' : 'back'],
      priority: 0,
    })
    const instances = items.map(({ itemId, type }) =>
      type === 'service' ? { itemId, labels: [itemId], numInstances: itemId === 'back' ? 2 : 1 } : { itemId },
    )
    return {
      name: `release ${this.#number}`,
      items: items.map(({ itemId, version }) => ({ itemId, version })),
      instances,
      unitConfig: {
        version: this.#version,
        formatVersion: '7',
        nodes: Array.from({ length: this.#nodes }, (_, number) => node(number)),
      },
    }
  }

  #blob(content: string | Uint8Array, mediaType: string): Described {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const digest = `sha256:${sha256Of(bytes)}`
    this.blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
}

interface Described {
  mediaType: string
  digest: string
  size: number
}

/** The release that a desired state belongs to; 0 for that of the factory. */
export function numberOf({ items = [] }: Pick<DesiredState, 'items'>): number {
  return Number.parseInt(items[0]?.version ?? '0', 10)
}

export function componentType(node: number): string {
  return `firmware-${node}`
}

export function nodeId(number: number): string {
  return number === 0 ? 'main' : `side${number}`
}

export function nodeType(number: number): string {
  return number === 0 ? 'gateway' : 'camera'
}

/** Every part of it tells what it is. */
function layerOf(says: string): Uint8Array {
  return Buffer.alloc(layerBytes, createHash('sha256').update(says).digest())
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected a release for each node, got none')
  return value
}
