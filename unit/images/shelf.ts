import type { DesiredItem, ErrorInfo, ItemState, ItemStatus } from '@windlass/model/unit'
import type { RunningTime } from '@windlass/platform'
import { type ItemRecord, type ItemRecords, statusOf } from './item-records.ts'

type Changed = (items: readonly ItemStatus[]) => void

/** The items and their states (aoscore.md 4.1). Every change is on disk before anybody hears of it. */
export class Shelf {
  readonly #records: ItemRecords
  readonly #time: RunningTime
  readonly #watchers = new Set<Changed>()
  constructor(records: ItemRecords, time: RunningTime) {
    this.#records = records
    this.#time = time
  }

  statuses(): ItemStatus[] {
    return this.#records.all().map(statusOf)
  }

  watch(changed: Changed): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  move(item: DesiredItem, state: ItemState, error?: ErrorInfo): void {
    this.#tell([this.#put(item, state, error)])
  }

  /** Forgets what was on its way, or failed, and is not wanted (aoscore.md 4.3). */
  dropOthers(wanted: readonly DesiredItem[]): void {
    this.#drop(this.#records.all().filter((record) => isUnderWay(record) && !wanted.some((item) => isOf(item, record))))
  }

  dropOutdated(keptMs: number): void {
    const before = this.#time.ms() - keptMs
    this.#drop(this.#records.all().filter(({ state, changedMs }) => state === 'removed' && changedMs <= before))
  }

  /** Forgets the item that has been unwanted for longest; undefined when there is none. */
  giveUpOldest(): { item: ItemRecord; blobs: string[] } | undefined {
    const oldest = this.#records.all().find(({ state }) => state === 'removed')
    if (!oldest) return undefined
    const itsBlobs = this.#records.blobsOf(oldest)
    this.#drop([oldest])
    const kept = this.#records.blobs()
    return { item: oldest, blobs: itsBlobs.filter((digest) => !kept.has(digest)) }
  }

  /** The items become the installed set, but for those with a problem; others are kept for a while (aoscore.md 4.5). */
  exchange(items: readonly DesiredItem[], problems: ReadonlyMap<DesiredItem, ErrorInfo>): void {
    const changed = this.#records.transaction(() => [
      ...[...problems].map(([item, error]) => {
        this.#records.setBlobs(item, new Set())
        return this.#put(item, 'failed', error)
      }),
      ...this.#records.all().flatMap((record) => this.#exchanged(record, items)),
    ])
    this.#tell(changed)
  }

  #exchanged(record: ItemRecord, items: readonly DesiredItem[]): ItemStatus[] {
    const { state } = record
    if (items.some((item) => isOf(item, record)))
      return state === 'installed' || state === 'failed' ? [] : [this.#put(record, 'installed')]
    if (state === 'removed') return []
    if (state === 'installed' || state === 'pending') return [this.#put(record, 'removed')]
    this.#records.remove(record)
    return [gone(record)]
  }

  #drop(records: readonly ItemRecord[]): void {
    this.#records.transaction(() => {
      for (const record of records) this.#records.remove(record)
    })
    this.#tell(records.map(gone))
  }

  #put({ itemId, version, type, indexDigest }: Placed, state: ItemState, error?: ErrorInfo): ItemStatus {
    const changedMs = this.#time.ms()
    const record = { itemId, version, type, indexDigest, state, changedMs, ...(error && { error }) }
    this.#records.put(record)
    return statusOf(record)
  }

  #tell(changed: readonly ItemStatus[]): void {
    if (changed.length > 0) for (const watcher of this.#watchers) watcher(changed)
  }
}

type Placed = Pick<ItemRecord, 'itemId' | 'version' | 'type' | 'indexDigest'>

function isOf(item: DesiredItem, record: ItemRecord): boolean {
  return item.itemId === record.itemId && item.version === record.version
}

function isUnderWay({ state }: ItemRecord): boolean {
  return state === 'downloading' || state === 'pending' || state === 'failed'
}

/** What is told of an item that is forgotten. */
function gone({ itemId, type, version }: ItemRecord): ItemStatus {
  return { itemId, type, version, state: 'removed' }
}
