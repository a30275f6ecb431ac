import { createHash } from 'node:crypto'
import {
  type Descriptor,
  decodeImageConfig,
  decodeIndexOrManifest,
  decodeManifest,
  encodeIndex,
  encodeItemConfig,
  encodeManifest,
  type Index,
  type IndexEntry,
  type ItemConfig,
  indexTypes,
  isAttestation,
  type Manifest,
  mediaTypes,
  type Platform,
} from '@windlass/wire/oci'
import { OriginError } from './origin-error.ts'
import { fits, type PlatformName } from './platform-name.ts'

/** What an item is to take of an image. No platforms: all. `itemConfig`: goes into every manifest. */
export interface Wish {
  platforms: readonly PlatformName[]
  itemConfig?: ItemConfig | undefined
}

/** An image as an item. What others point to comes before them; the index is the last document. */
export interface ImageContent {
  indexDigest: string
  documents: readonly { digest: string; bytes: Uint8Array }[]
  /** Configurations and layers, which are not read here unless a platform has to be looked up. */
  parts: readonly Descriptor[]
}

/** Reads a small blob of the image. */
export type ReadDocument = (wanted: Descriptor) => Promise<Uint8Array>

/** More are no image for a fleet. */
const mostManifests = 64

/**
 * Walks an image from its index, or only manifest. The index stays as it is, and so its digest, where nothing is left out or added.
 * @throws OriginError `absent` for platforms that it does not have, `unfit`; WireError; what reading throws
 */
export async function imageContent(root: Uint8Array, read: ReadDocument, wish: Wish): Promise<ImageContent> {
  const found = await variantsOf(root, read)
  if (found.length === 0) throw new OriginError('unfit', 'expected an image with a manifest, got none')
  const chosen = await chosenOf(found, read, wish.platforms)
  const documents = new Map<string, Uint8Array>()
  const put = (bytes: Uint8Array, mediaType: string): Descriptor => {
    const digest = digestOf(bytes)
    documents.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const described = wish.itemConfig && put(Buffer.from(encodeItemConfig(wish.itemConfig)), mediaTypes.itemConfig)
  const entries = chosen.map(({ entry, manifest, bytes }): IndexEntry => {
    if (!described) return { ...entry, ...put(bytes, entry.mediaType) }
    const whole = Buffer.from(encodeManifest({ ...manifest, itemConfig: described }))
    return { ...entry, ...put(whole, mediaTypes.manifest) }
  })
  const parts = chosen.flatMap(({ manifest }) => partsOf(manifest, described))
  const asItWas = described === undefined && chosen.length === found.length && found.every(({ inRoot }) => inRoot)
  const index = put(asItWas ? root : Buffer.from(encodeIndex({ entries })), mediaTypes.index)
  return {
    indexDigest: index.digest,
    documents: [...documents].map(([digest, bytes]) => ({ digest, bytes })),
    parts: [...new Map(parts.map((part) => [part.digest, part])).values()],
  }
}

interface Variant {
  entry: IndexEntry
  manifest: Manifest
  bytes: Uint8Array
  /** The root names it, and is an index. */
  inRoot: boolean
}

async function variantsOf(root: Uint8Array, read: ReadDocument): Promise<Variant[]> {
  const top = decodeIndexOrManifest(root)
  if (top.kind === 'manifest') {
    const entry = { mediaType: mediaTypes.manifest, digest: digestOf(root), size: root.length, annotations: {} }
    return [{ entry, manifest: top.manifest, bytes: root, inRoot: false }]
  }
  const found: Variant[] = []
  for (const entry of few(top.index)) found.push(...(await variantsAt(entry, read)))
  return found
}

/** An entry is a manifest or, as some layouts have it, one more index. */
async function variantsAt(entry: IndexEntry, read: ReadDocument): Promise<Variant[]> {
  const bytes = await read(entry)
  const inner = decodeIndexOrManifest(bytes)
  if (inner.kind === 'manifest') return [{ entry, manifest: inner.manifest, bytes, inRoot: true }]
  const found: Variant[] = []
  for (const each of few(inner.index)) {
    if (indexTypes.includes(each.mediaType))
      throw new OriginError('unfit', `${each.digest}: expected a manifest, got an index in an index in an index`)
    const whole = await read(each)
    found.push({ entry: each, manifest: decodeManifest(whole), bytes: whole, inRoot: false })
  }
  return found
}

async function chosenOf(found: readonly Variant[], read: ReadDocument, wanted: readonly PlatformName[]) {
  if (wanted.length === 0) return found
  const named: { variant: Variant; platform: Platform }[] = []
  for (const variant of found) named.push({ variant, platform: await platformIn(variant, read) })
  const missing = wanted.find((name) => !named.some(({ platform }) => fits(platform, name)))
  if (missing !== undefined) {
    const there = named.map(({ platform: { os, architecture } }) => `${os}/${architecture}`)
    throw new OriginError('absent', `expected an image for ${missing}, found ${there.join(', ')}`)
  }
  return named.filter(({ platform }) => wanted.some((name) => fits(platform, name))).map(({ variant }) => variant)
}

async function platformIn({ entry, manifest }: Variant, read: ReadDocument): Promise<Platform> {
  return entry.platform ?? decodeImageConfig(await read(manifest.config)).platform
}

function partsOf({ config, itemConfig, layers }: Manifest, described: Descriptor | undefined): Descriptor[] {
  return [config, ...(itemConfig && !described ? [itemConfig] : []), ...layers]
}

/** @throws OriginError `unfit` before a registry has us read thousands of them */
function few({ entries }: Index): IndexEntry[] {
  const images = entries.filter((entry) => !isAttestation(entry))
  if (images.length <= mostManifests) return images
  throw new OriginError('unfit', `expected an index of at most ${mostManifests} manifests, got ${images.length}`)
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
