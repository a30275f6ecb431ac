import { type DesiredItem, type ErrorInfo, errorInfo, type ItemState, type ItemStatus } from '@windlass/model/unit'
import type { ItemDocuments } from '@windlass/wire/oci'
import type { Images, Trust } from '../ports.ts'
import { UnitError } from '../unit-error.ts'

/** Images in memory: what is offered can be had at once, unless it is held up; nothing else can be had. */
export class FakeImages implements Images {
  /** Items of every download that was asked for, oldest first. */
  readonly downloads: (readonly DesiredItem[])[] = []
  /** Downloads wait for this before each item; a signal that fires ends the wait. */
  held: Promise<void> = Promise.resolve()
  readonly #offered = new Map<string, ItemDocuments | ErrorInfo>()
  readonly #items = new Map<string, ItemStatus>()
  readonly #watchers = new Set<(items: readonly ItemStatus[]) => void>()

  /** From now on the item can be had, with these documents; default none but its index. */
  offer({ itemId, version, indexDigest }: DesiredItem, documents?: ItemDocuments): void {
    this.#offered.set(keyOf({ itemId, version }), documents ?? { indexDigest, variants: [] })
  }

  /** From now on the item fails. */
  fail({ itemId, version }: DesiredItem, error: ErrorInfo): void {
    this.#offered.set(keyOf({ itemId, version }), error)
  }

  async download(items: readonly DesiredItem[], _trust: Trust, stop: AbortSignal): Promise<void> {
    stop.throwIfAborted()
    this.downloads.push(items)
    for (const status of this.#items.values()) {
      const underWay = status.state !== 'installed' && status.state !== 'removed'
      if (underWay && !items.some((item) => keyOf(item) === keyOf(status))) this.#forget(status)
    }
    for (const item of items) await this.#bring(item, stop)
  }

  async install(items: readonly DesiredItem[]): Promise<void> {
    for (const item of items) {
      const status = this.#items.get(keyOf(item))
      if (!status || status.state === 'downloading') this.#move(item, 'failed', errorInfo('notFound', 'not downloaded'))
      else if (status.state !== 'failed') this.#move(item, 'installed')
    }
    for (const status of this.#items.values()) {
      if (items.some((item) => keyOf(item) === keyOf(status)) || status.state === 'removed') continue
      if (status.state === 'installed' || status.state === 'pending') this.#move(status, 'removed')
      else this.#forget(status)
    }
  }

  statuses(): readonly ItemStatus[] {
    return [...this.#items.values()]
  }

  watch(changed: (items: readonly ItemStatus[]) => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  async documents(itemId: string, version: string): Promise<ItemDocuments> {
    const state = this.#items.get(keyOf({ itemId, version }))?.state
    const documents = this.#offered.get(keyOf({ itemId, version }))
    const isHere = state === 'pending' || state === 'installed' || state === 'removed'
    if (documents && 'variants' in documents && isHere) return documents
    throw new UnitError('item_unknown', `item ${itemId} ${version}: expected its blobs here`)
  }

  async blobPath(digest: string): Promise<string | undefined> {
    return this.#has(digest) ? `/images/blobs/${digest.replace(':', '/')}` : undefined
  }

  async blobUrl(digest: string): Promise<string | undefined> {
    return this.#has(digest) ? `http://main:8094/blobs/${digest.replace(':', '/')}` : undefined
  }

  async #bring(item: DesiredItem, stop: AbortSignal): Promise<void> {
    const state = this.#items.get(keyOf(item))?.state
    if (state === 'installed' || state === 'pending') return
    this.#move(item, 'downloading')
    const stopped = Promise.withResolvers<never>()
    stop.addEventListener('abort', () => stopped.reject(stop.reason), { once: true })
    await Promise.race([this.held, stopped.promise])
    const offered = this.#offered.get(keyOf(item)) ?? errorInfo('notFound', 'nobody has it')
    if ('variants' in offered) this.#move(item, 'pending')
    else this.#move(item, 'failed', offered)
  }

  #has(digest: string): boolean {
    return [...this.#items.values()].some((status) => {
      const documents = this.#offered.get(keyOf(status))
      if (status.state === 'failed' || !documents || !('variants' in documents)) return false
      return digestsOf(documents).includes(digest)
    })
  }

  #move(
    { itemId, type, version }: Pick<ItemStatus, 'itemId' | 'type' | 'version'>,
    state: ItemState,
    error?: ErrorInfo,
  ) {
    const status: ItemStatus = { itemId, type, version, state, ...(error && { error }) }
    this.#items.set(keyOf(status), status)
    for (const watcher of this.#watchers) watcher([status])
  }

  #forget(status: ItemStatus): void {
    this.#move(status, 'removed')
    this.#items.delete(keyOf(status))
  }
}

function keyOf({ itemId, version }: Pick<ItemStatus, 'itemId' | 'version'>): string {
  return `${itemId} ${version}`
}

function digestsOf({ indexDigest, variants }: ItemDocuments): string[] {
  return [
    indexDigest,
    ...variants.flatMap(({ digest, manifest: { config, itemConfig, layers } }) => [
      digest,
      ...[config, ...layers, ...(itemConfig ? [itemConfig] : [])].map((one) => one.digest),
    ]),
  ]
}
