import { createHash } from 'node:crypto'
import type { DesiredItem, ItemType } from '@windlass/model/unit'
import {
  type Descriptor,
  defaultItemConfig,
  encodeImageConfig,
  encodeIndex,
  encodeItemConfig,
  encodeManifest,
  mediaTypes,
} from '@windlass/wire/oci'

/** An item as a publisher makes it: its blobs by digest, in the order in which a walk meets them. */
export interface SampleItem {
  item: DesiredItem
  blobs: Map<string, Buffer>
  layers: string[]
}

export interface SampleWish {
  itemId?: string
  version?: string
  type?: ItemType
  /** The content of each layer. Default one, with item and version in it. */
  layers?: readonly string[]
  /** Default one, `amd64`. Each is an image with the same layers but another first one. */
  architectures?: readonly string[]
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export function sampleItem(wish: SampleWish = {}): SampleItem {
  const { itemId = 'web', version = '1.0.0', type = 'service', architectures = ['amd64'] } = wish
  const contents = wish.layers ?? [`layer of ${itemId} ${version}`]
  const blobs = new Map<string, Buffer>()
  const layers: string[] = []
  const add = (mediaType: string, content: string): Descriptor => {
    const bytes = Buffer.from(content)
    const digest = digestOf(bytes)
    blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const entries = architectures.map((architecture) => {
    const platform = { architecture, os: 'linux', osFeatures: [] }
    const own = architectures.length > 1 ? [`for ${architecture}`, ...contents] : contents
    const itsLayers = own.map((content) => add(mediaTypes.layerGzip, content))
    layers.push(...itsLayers.map(({ digest }) => digest))
    const bare = { exposedPorts: [], env: [], entrypoint: ['/app'], cmd: [], workingDir: '', user: '', diffIds: [] }
    const config = add(mediaTypes.config, encodeImageConfig({ ...bare, platform }))
    const itemConfig = add(mediaTypes.itemConfig, encodeItemConfig({ ...defaultItemConfig, hostname: itemId }))
    const manifest = encodeManifest({ config, layers: itsLayers, itemConfig, annotations: {} })
    return { ...add(mediaTypes.manifest, manifest), platform, annotations: {} }
  })
  const index = add(mediaTypes.index, encodeIndex({ entries }))
  const item = { itemId, type, version, ownerId: 'owner', indexDigest: index.digest }
  return { item, blobs: new Map([...blobs].reverse()), layers }
}
