import type { ItemType } from '@windlass/model/unit'
import {
  type Descriptor,
  decodeImageConfig,
  decodeIndexOrManifest,
  decodeItemConfig,
  decodeManifest,
  defaultItemConfig,
  type Index,
  type ItemDocuments,
  type ItemVariant,
  indexTypes,
  isAttestation,
  type Manifest,
  mediaTypes,
  mostDocumentBytes,
  type Platform,
} from '@windlass/wire/oci'
import { allEnded } from './all-ended.ts'
import { BlobError } from './blob-error.ts'
import type { WantedBlob } from './fetcher.ts'

/** Gets a document's checked bytes, from wherever. */
export type ReadDocument = (wanted: WantedBlob) => Promise<Uint8Array>

/** Which manifests of an index matter, by digest and platform. */
export type WantVariant = (entry: { digest: string; platform?: Platform }) => boolean

/** An index in an index in an index is the most that is followed. */
const mostNested = 3

/**
 * Walks from an item's digest to its manifests and configurations (aoscore.md 4.3), documents of one level at once. A plain
 * manifest counts as its own index; what build tools attach to an image does not count.
 * @throws BlobError `document`, WireError, what `read` throws
 */
export async function readItem(
  { type, indexDigest }: { type: ItemType; indexDigest: string },
  read: ReadDocument,
  wants: WantVariant,
): Promise<ItemDocuments> {
  const root = decodeIndexOrManifest(await read({ digest: indexDigest }))
  const variants =
    root.kind === 'index'
      ? await variantsOf(root.index, type, read, wants, 1)
      : [await variantOf({ digest: indexDigest }, root.manifest, type, read)]
  if (variants.length === 0)
    throw new BlobError('document', `${indexDigest}: expected an image for this unit, ${said(root)}`)
  return { indexDigest, variants }
}

async function variantsOf(
  { entries }: Index,
  type: ItemType,
  read: ReadDocument,
  wants: WantVariant,
  depth: number,
): Promise<ItemVariant[]> {
  const wanted = entries.filter((entry) => !isAttestation(entry) && wants(entry))
  const found = wanted.map(async (entry) => {
    const bytes = await read(document(entry))
    if (!indexTypes.includes(entry.mediaType)) return [await variantOf(entry, decodeManifest(bytes), type, read)]
    if (depth === mostNested)
      throw new BlobError('document', `${entry.digest}: expected a manifest, got one more index`)
    const inner = decodeIndexOrManifest(bytes)
    if (inner.kind === 'index') return variantsOf(inner.index, type, read, wants, depth + 1)
    return [await variantOf(entry, inner.manifest, type, read)]
  })
  return (await allEnded(found)).flat()
}

async function variantOf(
  { digest, platform }: { digest: string; platform?: Platform },
  manifest: Manifest,
  type: ItemType,
  read: ReadDocument,
): Promise<ItemVariant> {
  const { config, itemConfig, layers } = manifest
  if (type === 'component' && layers.length !== 1)
    throw new BlobError('document', `${digest}: expected one layer, the component's image, got ${layers.length}`)
  const documents = [config, ...(itemConfig ? [itemConfig] : [])].map((one) => read(document(one)))
  const [image = nothing, item] = await allEnded(documents)
  const plain = type === 'service' ? { item: defaultItemConfig } : {}
  return {
    digest,
    ...(platform && { platform }),
    manifest,
    ...(config.mediaType !== mediaTypes.empty && { image: decodeImageConfig(image) }),
    ...(item ? { item: decodeItemConfig(item) } : plain),
  }
}

const nothing = new Uint8Array()

function document({ digest, size }: Descriptor): WantedBlob {
  if (size <= mostDocumentBytes) return { digest, size }
  throw new BlobError('document', `${digest}: expected a document of at most ${mostDocumentBytes} bytes, got ${size}`)
}

function said(root: ReturnType<typeof decodeIndexOrManifest>): string {
  const entries = root.kind === 'index' ? root.index.entries : []
  const platforms = entries.map(({ platform }) => (platform ? `${platform.os}/${platform.architecture}` : 'any'))
  return platforms.length === 0 ? 'got an empty index' : `got images for ${platforms.slice(0, 8).join(', ')}`
}
