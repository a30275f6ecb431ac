import type { InstanceOrder } from '@windlass/model/unit'
import type { Clock, Files, Log, RunningTime } from '@windlass/platform'
import { sha256Of } from '@windlass/trust'
import {
  type Descriptor,
  decodeImageConfig,
  decodeItemConfig,
  decodeManifest,
  defaultItemConfig,
  type ImageConfig,
  type ItemConfig,
  layerPacking,
  type Manifest,
  mediaTypes,
  mostDocumentBytes,
} from '@windlass/wire/oci'
import { ServicesError } from '../services-error.ts'
import type { BlobStore } from './blob-store.ts'
import { DoubtedImages } from './doubted-images.ts'
import { defaultKeeping, type Keeping, oldestUnused, toEvict } from './evict.ts'
import type { ImageRecords, StoredImage } from './image-records.ts'
import type { Layers } from './layers.ts'

/** Where blobs are to be had, in the order of the digests. @throws ServicesError `unreachable`, `not_found` */
export type AskUrls = (digests: readonly string[], stop: AbortSignal) => Promise<readonly string[]>

/** All that is needed to run an image. */
export interface Image {
  config: ImageConfig
  item: ItemConfig
  /** Unpacked layers, the lowest first. */
  layers: readonly string[]
}

export interface ImagePorts {
  blobs: BlobStore
  layers: Layers
  records: ImageRecords
  askUrls: AskUrls
  files: Files
  clock: Clock
  time: RunningTime
  log: Log
}

/** `size` is the most it may have; `mostly` what room is made for, where the size is not known. */
interface Wanted {
  digest: string
  size: number
  mostly?: number
}

const usualManifestBytes = 64 * 1024

interface Documents {
  manifest: Manifest
  config: ImageConfig
  item: ItemConfig
}

/** The images on this node: fetched once, checked, unpacked, kept for a while after their last instance (aoscore.md 4.2, 4.6). */
export class ImageStore {
  readonly #ports: ImagePorts
  readonly #folder: string
  readonly #keeping: Keeping
  #ready: ReadonlySet<string> = new Set()
  readonly #opened = new Map<string, Image>()
  #reservedBytes = 0
  /** Digests of what is being fetched now. */
  readonly #claims = new Set<Set<string>>()
  readonly #doubted: DoubtedImages

  constructor(ports: ImagePorts, folder: string, keeping: Keeping = defaultKeeping) {
    this.#ports = ports
    this.#folder = folder
    this.#keeping = keeping
    this.#doubted = new DoubtedImages((digest) => this.#look(digest), ports.clock)
  }

  /** Finds out which of the stored images are whole. To be called once, first. */
  async load(): Promise<void> {
    await this.#ports.files.makeFolder(this.#folder)
    const whole = new Set<string>()
    for (const { manifestDigest } of this.#ports.records.images()) {
      if (await this.#isWhole(manifestDigest)) whole.add(manifestDigest)
    }
    this.#ready = whole
  }

  /** Manifest digests of images that can be started. */
  ready(): ReadonlySet<string> {
    return this.#ready
  }

  /** @throws ServicesError `not_found`; WireError when its documents are not what they should be */
  async open(manifestDigest: string): Promise<Image> {
    const known = this.#opened.get(manifestDigest)
    if (known) return known
    if (!(await this.#ports.blobs.has(manifestDigest))) {
      throw new ServicesError('not_found', `no image of manifest ${manifestDigest} is stored`)
    }
    const { config, item } = await this.#documents(manifestDigest)
    const image = { config, item, layers: config.diffIds.map((diffId) => this.#ports.layers.folder(diffId)) }
    this.#opened.set(manifestDigest, image)
    return image
  }

  /** What was started from it fails: whether the disk kept its layers is looked at before the next start. */
  doubt(manifestDigest: string): void {
    this.#doubted.doubt(manifestDigest)
  }

  /** To be asked before a start. @throws ServicesError `unreachable` when the disk changed a layer: it has to be fetched again */
  checkDoubted(manifestDigest: string): Promise<void> {
    return this.#doubted.settled(manifestDigest)
  }

  /** Brings the image of an order here, checked and unpacked. @throws ServicesError, WireError */
  async fetch({ ident, version, manifestDigest }: InstanceOrder, stop: AbortSignal): Promise<void> {
    const { log, clock } = this.#ports
    const from = clock.uptime()
    const claim = new Set<string>()
    this.#claims.add(claim)
    try {
      await this.#bringImage(manifestDigest, claim, stop)
      this.#remember({ itemId: ident.itemId, version, manifestDigest })
    } finally {
      this.#claims.delete(claim)
    }
    this.#ready = new Set([...this.#ready, manifestDigest])
    log.info('image stored', { item: ident.itemId, version, manifestDigest, ms: Math.round(clock.uptime() - from) })
  }

  /** Tells which images are needed; the others may go in time. */
  async use(manifestDigests: ReadonlySet<string>): Promise<void> {
    const { records, time } = this.#ports
    const before = records.images()
    const now = time.ms()
    const marked = before.map(
      ({ removedAt, ...image }): StoredImage =>
        manifestDigests.has(image.manifestDigest) ? image : { ...image, removedAt: removedAt ?? now },
    )
    const gone = new Set(toEvict(marked, this.#keeping, now))
    const kept = marked.filter((image) => !gone.has(image))
    if (JSON.stringify(kept) !== JSON.stringify(before)) records.saveImages(kept)
    if (gone.size > 0) await this.#forget(kept)
  }

  async #bringImage(manifestDigest: string, claim: Set<string>, stop: AbortSignal): Promise<void> {
    await this.#bring([{ digest: manifestDigest, size: mostDocumentBytes, mostly: usualManifestBytes }], claim, stop)
    const manifest = decodeManifest(await this.#document(manifestDigest))
    await this.#bring(documentsOf(manifest), claim, stop)
    const { config } = await this.#documents(manifestDigest)
    await this.#bringLayers(manifest, config, claim, stop)
  }

  async #bringLayers(
    { layers }: Manifest,
    { diffIds }: ImageConfig,
    claim: Set<string>,
    stop: AbortSignal,
  ): Promise<void> {
    if (layers.length !== diffIds.length) {
      throw new ServicesError(
        'invalid',
        `image: expected a diff id for each of ${layers.length} layers, got ${diffIds.length}`,
      )
    }
    const packed = layers.map((layer, at) => ({
      layer,
      diffId: diffIds[at] ?? '',
      packing: layerPacking(layer.mediaType),
    }))
    for (const { layer, packing } of packed) {
      if (!packing) throw new ServicesError('unsupported', `unsupported layer media type "${layer.mediaType}"`)
    }
    for (const diffId of diffIds) claim.add(diffId)
    const wanted = await filter(packed, async ({ diffId }) => !(await this.#ports.layers.has(diffId)))
    await this.#bring(
      wanted.map(({ layer }) => layer),
      claim,
      stop,
    )
    for (const { layer, diffId, packing = 'tar' } of wanted) {
      await this.#ports.layers.unpack({ path: this.#ports.blobs.path(layer.digest), packing, diffId }, stop)
      // The folder stands for it from now on.
      await this.#ports.blobs.remove(layer.digest)
    }
  }

  async #bring(wanted: readonly Wanted[], claim: Set<string>, stop: AbortSignal): Promise<void> {
    const { blobs, askUrls } = this.#ports
    for (const { digest } of wanted) claim.add(digest)
    const missing = await filter(wanted, async ({ digest }) => !(await blobs.intact(digest)))
    if (missing.length === 0) return
    const urls = await askUrls(
      missing.map(({ digest }) => digest),
      stop,
    )
    if (urls.length !== missing.length) {
      throw new ServicesError('unreachable', `expected ${missing.length} addresses from the unit, got ${urls.length}`)
    }
    for (const [at, { digest, size, mostly = size }] of missing.entries()) {
      await this.#withSpace(await blobs.missing(digest, mostly), () => blobs.fetch(digest, urls[at] ?? '', size, stop))
    }
  }

  /** Makes room by giving up unused images, the oldest first. @throws ServicesError `no_space` */
  async #withSpace(bytes: number, work: () => Promise<void>): Promise<void> {
    const { files, records } = this.#ports
    this.#reservedBytes += bytes
    try {
      const isFull = async () => (await files.freeBytes(this.#folder)) < this.#reservedBytes
      if (await isFull()) await this.#sweep()
      while (await isFull()) {
        const oldest = oldestUnused(records.images())
        if (!oldest) throw new ServicesError('no_space', `not enough space: ${bytes} bytes are needed`)
        const kept = records.images().filter((image) => !isSame(image, oldest))
        records.saveImages(kept)
        await this.#forget(kept)
      }
      await work()
    } finally {
      this.#reservedBytes -= bytes
    }
  }

  #remember(image: StoredImage): void {
    const { records } = this.#ports
    records.saveImages([...records.images().filter((one) => !isSame(one, image)), image])
  }

  async #forget(kept: readonly StoredImage[]): Promise<void> {
    const left = new Set(kept.map(({ manifestDigest }) => manifestDigest))
    for (const digest of this.#opened.keys()) if (!left.has(digest)) this.#opened.delete(digest)
    this.#doubted.keep(left)
    this.#ready = new Set([...this.#ready].filter((digest) => left.has(digest)))
    await this.#sweep()
  }

  async #look(manifestDigest: string): Promise<void> {
    const { layers, log, records } = this.#ports
    const { config } = await this.open(manifestDigest)
    const rotten: string[] = []
    for (const diffId of config.diffIds) if (!(await layers.intact(diffId))) rotten.push(diffId)
    if (rotten.length === 0) return
    for (const diffId of rotten) await layers.discard(diffId)
    log.error('the disk changed layers of an image', { manifestDigest, layers: rotten })
    // Others may have had the same layers.
    for (const image of records.images())
      if (!(await this.#isWhole(image.manifestDigest))) this.#ready = without(this.#ready, image.manifestDigest)
    throw new ServicesError('unreachable', `${rotten[0]}: the disk did not keep this layer, it has to be fetched again`)
  }

  /** Removes blobs and layers that no stored image needs, and none that is on its way. */
  async #sweep(): Promise<void> {
    const { blobs, layers, records } = this.#ports
    const needed = new Set<string>([...this.#claims].flatMap((claim) => [...claim]))
    for (const { manifestDigest } of records.images()) {
      needed.add(manifestDigest)
      for (const digest of await this.#parts(manifestDigest)) needed.add(digest)
    }
    for (const digest of await blobs.list()) if (!needed.has(digest)) await blobs.remove(digest)
    for (const diffId of await layers.list()) if (!needed.has(diffId)) await layers.remove(diffId)
  }

  async #parts(manifestDigest: string): Promise<string[]> {
    try {
      const { manifest, config } = await this.#documents(manifestDigest)
      return [...documentsOf(manifest).map(({ digest }) => digest), ...config.diffIds]
    } catch {
      // Not whole; it will be fetched again.
      return []
    }
  }

  async #isWhole(manifestDigest: string): Promise<boolean> {
    try {
      const { config } = await this.#documents(manifestDigest)
      const there = await Promise.all(config.diffIds.map((diffId) => this.#ports.layers.has(diffId)))
      return there.every(Boolean)
    } catch {
      return false
    }
  }

  async #documents(manifestDigest: string): Promise<Documents> {
    const manifest = decodeManifest(await this.#document(manifestDigest))
    const config = decodeImageConfig(await this.#document(manifest.config.digest))
    const { itemConfig } = manifest
    const says = itemConfig !== undefined && itemConfig.mediaType !== mediaTypes.empty
    const item = says ? decodeItemConfig(await this.#document(itemConfig.digest)) : defaultItemConfig
    return { manifest, config, item }
  }

  /** What a failing disk changed is removed, so that it is fetched again. */
  async #document(digest: string): Promise<Uint8Array> {
    const { blobs } = this.#ports
    const bytes = await blobs.read(digest, mostDocumentBytes)
    if (`sha256:${sha256Of(bytes)}` === digest) return bytes
    await blobs.remove(digest)
    // Not `checksum`: that is an image's own fault, and never tried again.
    throw new ServicesError('unreachable', `${digest}: the disk did not keep its bytes, they have to be fetched again`)
  }
}

function without(digests: ReadonlySet<string>, digest: string): ReadonlySet<string> {
  return new Set([...digests].filter((one) => one !== digest))
}

function isSame(one: StoredImage, other: StoredImage): boolean {
  return one.itemId === other.itemId && one.version === other.version && one.manifestDigest === other.manifestDigest
}

function documentsOf({ config, itemConfig }: Manifest): Descriptor[] {
  return itemConfig ? [config, itemConfig] : [config]
}

async function filter<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<T[]> {
  const verdicts = await Promise.all(items.map(holds))
  return items.filter((_, at) => verdicts[at])
}
