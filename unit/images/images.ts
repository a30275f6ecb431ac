import type { X509Certificate } from 'node:crypto'
import type { BlobOrigin } from '@windlass/images'
import type { DesiredItem, ErrorInfo, ItemStatus } from '@windlass/model/unit'
import type { Files, RunningTime } from '@windlass/platform'
import type { Database } from '@windlass/platform/database'
import type { ItemDocuments, Platform } from '@windlass/wire/oci'
import type { Images, Trust } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { allEnded } from './all-ended.ts'
import { BlobError, errorOf } from './blob-error.ts'
import { BlobStore } from './blob-store.ts'
import { Fetcher, type FetchPorts, type WantedBlob } from './fetcher.ts'
import { Gathering } from './gathering.ts'
import { readItem } from './item-documents.ts'
import { type ItemRecord, ItemRecords } from './item-records.ts'
import { defaultLimits, type FetchLimits } from './limits.ts'
import { type Look, lookOnce } from './look-once.ts'
import { Shelf } from './shelf.ts'
import { Space } from './space.ts'

export interface ImagePorts extends FetchPorts {
  files: Files
  db: Database
  time: RunningTime
  /** Where an item's blobs come from; the same object for items that share a place, so that shared blobs are fetched once. */
  origin: (item: DesiredItem) => BlobOrigin
  /** Whom signatures must lead to in the end. Read at each download, as they may be exchanged. */
  roots: () => Promise<readonly X509Certificate[]>
  /** Whether some runtime of the unit can run it; true where the runtimes are not known. Asked for services only. */
  fits: (platform: Platform) => boolean
}

export interface ImageSettings {
  /** On one filesystem, and nobody else's. */
  folder: string
  /** Of the blob server, as nodes reach it: `http://main.unit:8094`. */
  blobServer: string
  limits?: FetchLimits
}

/** The unit's images: fetched once, checked, shared by all versions and nodes (aoscore.md 4). */
export class UnitImages implements Images {
  readonly #ports: ImagePorts
  readonly #blobServer: string
  readonly #limits: FetchLimits
  readonly #store: BlobStore
  readonly #records: ItemRecords
  readonly #shelf: Shelf
  readonly #fetcher: Fetcher
  /** Those read before: a placement asks for all of them, and what a digest names does not change. */
  readonly #documents = new Map<string, ItemDocuments>()
  #turn: Promise<unknown> = Promise.resolve()

  /** Makes the folders; takes up the records of earlier runs. */
  static async open(ports: ImagePorts, settings: ImageSettings): Promise<UnitImages> {
    const store = new BlobStore(ports.files, settings.folder)
    await store.prepare()
    return new UnitImages(ports, settings, store)
  }

  private constructor(ports: ImagePorts, { blobServer, limits = defaultLimits }: ImageSettings, store: BlobStore) {
    this.#ports = ports
    this.#blobServer = blobServer
    this.#limits = limits
    this.#store = store
    this.#records = new ItemRecords(ports.db)
    this.#shelf = new Shelf(this.#records, ports.time)
    const space = new Space(ports.files, store.folder, () => this.#evictOldest())
    this.#fetcher = new Fetcher(store, space, ports, limits)
  }

  download(items: readonly DesiredItem[], trust: Trust, stop: AbortSignal): Promise<void> {
    return this.#alone(async () => {
      stop.throwIfAborted()
      this.#shelf.dropOthers(items)
      await this.#sweep()
      const roots = await this.#ports.roots()
      const gathering = new Gathering(this.#store, this.#fetcher, this.#limits.atOnce, stop)
      const bring = (item: DesiredItem) => {
        const terms = { origin: this.#ports.origin(item), trust, roots }
        return this.#bring(item, (wanted) => gathering.ensure(wanted, terms), stop)
      }
      await allEnded(items.map(bring))
      await this.#sweep()
    })
  }

  install(items: readonly DesiredItem[]): Promise<void> {
    return this.#alone(async () => {
      const isIntact = lookOnce(this.#limits.atOnce, (digest) => this.#store.intact(digest))
      const problems = new Map<DesiredItem, ErrorInfo>()
      const look = async (item: DesiredItem) => {
        const problem = await this.#problemOf(item, isIntact)
        if (problem) problems.set(item, problem)
      }
      await allEnded(items.map(look))
      this.#shelf.exchange(items, problems)
      await this.#sweep()
    })
  }

  /** Gives up what nobody has wanted for long: now and every day. Ends when `stop` fires. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.#alone(async () => {
        this.#shelf.dropOutdated(this.#limits.keepRemovedMs)
        await this.#sweep()
      })
      await this.#ports.clock.sleep(this.#limits.sweepEveryMs, stop).catch((error: unknown) => {
        if (!stop.aborted) throw error
      })
    }
  }

  statuses(): readonly ItemStatus[] {
    return this.#shelf.statuses()
  }

  watch(changed: (items: readonly ItemStatus[]) => void): () => void {
    return this.#shelf.watch(changed)
  }

  async documents(itemId: string, version: string): Promise<ItemDocuments> {
    const record = this.#records.get({ itemId, version })
    const unknown = (why: string, options?: ErrorOptions) =>
      new UnitError('item_unknown', `item ${itemId} ${version}: expected its blobs here, ${why}`, options)
    if (!record || record.state === 'downloading' || record.state === 'failed')
      throw unknown(record ? `but it is ${record.state}` : 'but it is not known')
    const read = this.#documents.get(keyOf(record))
    if (read?.indexDigest === record.indexDigest) return read
    const here = new Set(this.#records.blobsOf(record))
    try {
      const documents = await readItem(
        record,
        ({ digest }) => this.#store.document(digest),
        ({ digest }) => here.has(digest),
      )
      this.#documents.set(keyOf(record), documents)
      return documents
    } catch (cause) {
      throw unknown(`got ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }

  async blobPath(digest: string): Promise<string | undefined> {
    return (await this.#store.has(digest)) ? this.#store.path(digest) : undefined
  }

  async blobUrl(digest: string): Promise<string | undefined> {
    return (await this.#store.has(digest)) ? `${this.#blobServer}/blobs/${digest.replace(':', '/')}` : undefined
  }

  /** One operation after the other: the next begins when the one before has ended, however it ended. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  /** What is there already is looked at as well: what went bad since is fetched again. */
  async #bring(item: DesiredItem, ensure: Ensure, stop: AbortSignal): Promise<void> {
    const record = this.#records.get(item)
    const isSame = record?.indexDigest === item.indexDigest
    const known = isSame && (record.state === 'installed' || record.state === 'pending')
    if (known && (await this.#isUnchanged(record))) return
    if (!known) this.#shelf.move(item, 'downloading')
    try {
      await this.#fetchAll(item, ensure)
      if (!known) this.#shelf.move(item, 'pending')
    } catch (error) {
      stop.throwIfAborted()
      const problem = errorOf(error)
      this.#ports.log.warning('item failed', { item: item.itemId, version: item.version, why: problem.message })
      this.#shelf.move(item, 'failed', problem)
    }
  }

  /** What this process has read whole, and nobody wrote to since, need not be read before nodes are told; `install` reads it. */
  async #isUnchanged(record: ItemRecord): Promise<boolean> {
    if (this.#documents.get(keyOf(record))?.indexDigest !== record.indexDigest) return false
    const looks = this.#records.blobsOf(record).map((digest) => this.#store.unchanged(digest))
    return (await Promise.all(looks)).every(Boolean)
  }

  async #fetchAll(item: DesiredItem, ensure: Ensure): Promise<void> {
    const needed = new Set<string>()
    const need = async (...wanted: WantedBlob[]) => {
      const digests = wanted.map(({ digest }) => digest)
      for (const digest of digests) needed.add(digest)
      this.#records.addBlobs(item, digests)
      await allEnded(wanted.map(ensure))
    }
    const read = async (wanted: WantedBlob) => {
      await need(wanted)
      return this.#store.document(wanted.digest)
    }
    const wants = ({ platform }: { platform?: Platform }) =>
      item.type === 'component' || platform === undefined || this.#ports.fits(platform)
    const documents = await readItem(item, read, wants)
    const layers = documents.variants.flatMap(({ manifest }) => manifest.layers)
    await need(...layers.map(({ digest, size }) => ({ digest, size })))
    this.#records.setBlobs(item, needed)
    this.#documents.set(keyOf(item), documents)
  }

  /** Why it cannot be installed. */
  async #problemOf(item: DesiredItem, isIntact: Look): Promise<ErrorInfo | undefined> {
    const record = this.#records.get(item)
    if (record?.error) return record.error
    if (!record || record.state === 'downloading') return errorOf(new BlobError('absent', 'expected its blobs here'))
    for (const digest of [record.indexDigest, ...this.#records.blobsOf(record)]) {
      if (await isIntact(digest)) continue
      const isHere = await this.#store.has(digest)
      const [code, what] = isHere ? (['checksum', 'other bytes'] as const) : (['absent', 'nothing'] as const)
      return errorOf(new BlobError(code, `${digest}: expected it in the store, found ${what}`))
    }
    return undefined
  }

  async #sweep(): Promise<void> {
    const items = new Set(this.#records.all().map(keyOf))
    for (const key of this.#documents.keys()) if (!items.has(key)) this.#documents.delete(key)
    await this.#store.sweep(this.#records.blobs())
  }

  /** False when no item can be given up. */
  async #evictOldest(): Promise<boolean> {
    const given = this.#shelf.giveUpOldest()
    if (!given) return false
    for (const digest of given.blobs) await this.#store.remove(digest)
    this.#ports.log.info('item given up for room', { item: given.item.itemId, version: given.item.version })
    return true
  }
}

type Ensure = (wanted: WantedBlob) => Promise<void>

function keyOf({ itemId, version }: { itemId: string; version: string }): string {
  return JSON.stringify([itemId, version])
}
