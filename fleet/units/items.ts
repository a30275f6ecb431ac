import {
  decodeIndexOrManifest,
  decodeManifest,
  isAttestation,
  type Manifest,
  mostDocumentBytes,
  WireError,
} from '@windlass/wire/oci'
import type { BlobFiles } from '../blobs/blob-files.ts'
import { FleetError } from '../fleet-error.ts'
import type { Blob, ItemVersion } from './records.ts'
import type { UnitStore } from './unit-store.ts'

export interface ItemPorts {
  store: UnitStore
  blobs: BlobFiles
  now(): number
}

/**
 * Takes a version of an item whose blobs were all put before: walks its index, manifests, configurations and layers.
 * @throws FleetError `blob_unknown`, `item_invalid`, `item_differs`
 */
export async function addItem(
  ports: ItemPorts,
  order: Omit<ItemVersion, 'blobs' | 'size' | 'createdAt'>,
): Promise<ItemVersion> {
  const blobs = await reachable(ports, order.indexDigest)
  const size = blobs.reduce((sum, blob) => sum + blob.size, 0)
  const item: ItemVersion = { ...order, blobs: blobs.map(({ digest }) => digest), size, createdAt: ports.now() }
  const outcome = await ports.store.addItem(item)
  if (outcome === 'added') return item
  // When it was taken, and by what blobs it is known, is as it was.
  const kept = (await ports.store.items()).find(
    ({ itemId, version }) => itemId === item.itemId && version === item.version,
  )
  if (outcome === 'same' && kept) return kept
  throw new FleetError(
    'item_differs',
    `${order.itemId} ${order.version} is there with another content; give it another version`,
  )
}

async function reachable(ports: ItemPorts, indexDigest: string): Promise<Blob[]> {
  const root = await document(ports, indexDigest, decodeIndexOrManifest)
  const entries = root.kind === 'index' ? root.index.entries.filter((entry) => !isAttestation(entry)) : []
  if (root.kind === 'index' && entries.length === 0)
    throw new FleetError('item_invalid', `${indexDigest}: expected a manifest in the index, got none`)
  const manifests = await Promise.all(entries.map(({ digest }) => document(ports, digest, decodeManifest)))
  const all = root.kind === 'manifest' ? [root.manifest] : manifests
  const digests = [indexDigest, ...entries.map(({ digest }) => digest), ...all.flatMap(blobsOf)]
  return known(ports, [...new Set(digests)])
}

function blobsOf({ config, itemConfig, layers }: Manifest): string[] {
  return [config.digest, ...(itemConfig ? [itemConfig.digest] : []), ...layers.map(({ digest }) => digest)]
}

async function document<T>(ports: ItemPorts, digest: string, decode: (bytes: Uint8Array) => T): Promise<T> {
  await known(ports, [digest])
  try {
    return decode(await ports.blobs.readWhole(digest, mostDocumentBytes))
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause
    throw new FleetError('item_invalid', `${digest}: ${cause.message}`, { cause })
  }
}

async function known({ store }: ItemPorts, digests: readonly string[]): Promise<Blob[]> {
  const found = await store.blobs(digests)
  const missing = digests.filter((digest) => !found.some((blob) => blob.digest === digest))
  if (missing.length === 0) return found
  throw new FleetError('blob_unknown', `expected all blobs to be put first, missing ${missing[0]}`, { errors: missing })
}
