import { type BlobOrigin, imageContent } from '@windlass/images'
import { retry } from '@windlass/platform'
import { decodeItemConfig, mostDocumentBytes } from '@windlass/wire/oci'
import { FleetError } from '../../fleet-error.ts'
import { addItem, type ItemPorts } from '../items.ts'
import type { ItemVersion } from '../records.ts'
import { type GoingOnPorts, goingOn, mayPass, pauses } from './going-on.ts'
import { refusalOfOrigin } from './refusal.ts'

/** What is to be fetched, and as which item. `itemConfig`: the document, undecoded. */
export interface Pull extends Omit<ItemVersion, 'blobs' | 'size' | 'createdAt' | 'indexDigest'> {
  platforms: readonly string[]
  itemConfig: Record<string, unknown> | null
}

/** A registry's repository, and what its tag means now. */
export interface ImageOrigin extends BlobOrigin {
  resolve(stop: AbortSignal): Promise<string>
}

/** How far a pull is; sizes in bytes. */
export interface Progress {
  blobs: number
  bytes: number
  done: number
}

export interface PullPorts extends ItemPorts, GoingOnPorts {
  /** For one blob, and for the item. */
  maxBytes: number
}

/**
 * Brings an image from a registry into the fleet and makes a version of an item of it. Blobs that are here are not fetched; each is
 * checked against its digest before anybody sees it. `tell` hears how far it is.
 * @throws FleetError `image_unknown`, `registry_refused`, `registry_failed`, `address_refused`, `blob_mismatch`,
 * `upload_too_large`, `item_invalid`, `item_differs`, `no_space`; the reason of `stop`
 */
export async function pullImage(
  origin: ImageOrigin,
  pull: Pull,
  ports: PullPorts,
  tell: (progress: Progress) => void,
  stop: AbortSignal,
): Promise<ItemVersion> {
  try {
    return await fetched(origin, pull, ports, tell, stop)
  } catch (error) {
    stop.throwIfAborted()
    throw refusalOfOrigin(error)
  }
}

async function fetched(
  origin: ImageOrigin,
  { platforms, itemConfig, itemId, type, version, ownerId }: Pull,
  ports: PullPorts,
  tell: (progress: Progress) => void,
  stop: AbortSignal,
): Promise<ItemVersion> {
  const taking = new Taking(origin, ports, stop)
  const wish = {
    platforms,
    itemConfig: itemConfig === null ? undefined : decodeItemConfig(Buffer.from(JSON.stringify(itemConfig))),
  }
  const mayHelp = { ...pauses, attempts: 3, mayHelp: mayPass }
  const digest = await retry(() => origin.resolve(stop), mayHelp, ports, stop)
  const root = await taking.document(digest)
  const content = await imageContent(root, (wanted) => taking.document(wanted.digest), wish)
  const bytes = content.parts.reduce((sum, { size }) => sum + size, 0)
  if (bytes > ports.maxBytes)
    throw new FleetError('upload_too_large', `expected an image of at most ${ports.maxBytes} bytes, got ${bytes}`)
  let done = 0
  for (const part of content.parts) {
    tell({ blobs: content.parts.length, bytes, done })
    await taking.blob(part)
    done += part.size
  }
  for (const document of content.documents) await taking.keep(document.digest, document.bytes)
  // Field by field: an order has a login, too.
  return addItem(ports, { itemId, type, version, ownerId, indexDigest: content.indexDigest })
}

/** Takes blobs into the fleet, one after the other. */
class Taking {
  readonly #origin: BlobOrigin
  readonly #ports: PullPorts
  readonly #stop: AbortSignal

  constructor(origin: BlobOrigin, ports: PullPorts, stop: AbortSignal) {
    this.#origin = origin
    this.#ports = ports
    this.#stop = stop
  }

  async document(digest: string): Promise<Uint8Array> {
    await this.blob({ digest, size: undefined })
    return this.#ports.blobs.readWhole(digest, mostDocumentBytes)
  }

  /** `size` as its descriptor says; without one it has to be a document. */
  async blob({ digest, size }: { digest: string; size: number | undefined }): Promise<void> {
    const { store, blobs, maxBytes } = this.#ports
    const [known] = await store.blobs([digest])
    const most = Math.min(size ?? mostDocumentBytes, maxBytes)
    const bytes = goingOn(this.#origin, digest, this.#ports, this.#stop)
    const here = known ?? (await blobs.put(digest, bytes, most))
    if (size !== undefined && here.size !== size)
      throw new FleetError('item_invalid', `${digest}: expected ${size} bytes as its descriptor says, got ${here.size}`)
    if (!known) await store.addBlob(here)
  }

  async keep(digest: string, bytes: Uint8Array): Promise<void> {
    const { store, blobs, maxBytes } = this.#ports
    const [known] = await store.blobs([digest])
    if (!known) await store.addBlob(await blobs.put(digest, once(bytes), maxBytes))
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
