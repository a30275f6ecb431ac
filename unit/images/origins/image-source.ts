import { type BlobOrigin, type Credentials, inTurn, type Patience, parseReference, Registry } from '@windlass/images'
import type { DesiredItem } from '@windlass/model/unit'
import type { Clock, Files, Http } from '@windlass/platform'
import { openOciArchive } from './archive.ts'
import { layoutIndex, layoutOrigin } from './layout.ts'
import { namedImage } from './named-image.ts'

/** A place with images that a person named. */
export interface ImageSource {
  origin: BlobOrigin
  /**
   * The digest of the image that is meant: what an item's `indexDigest` is to be. `name` chooses among several of a folder
   * or an archive; a registry's reference has its own. @throws UnitError `item_unknown`; what reading may throw
   */
  resolve(name: string | undefined, stop: AbortSignal): Promise<string>
}

/**
 * Opens `docker://host/repository[:tag]`, the path of an OCI layout folder, or that of an OCI archive.
 * @throws OriginError `reference`; UnitError `item_unknown`; TrustError, WireError, the disk's errors
 */
export async function openImageSource(
  place: string,
  ports: { http: Http; files: Files; clock: Clock },
  patience: Patience,
  login?: Credentials,
): Promise<ImageSource> {
  if (place.startsWith('docker://')) {
    const registry = new Registry(ports, parseReference(place), patience, login)
    return { origin: registry, resolve: (_name, stop) => registry.resolve(stop) }
  }
  if ((await ports.files.facts(place))?.kind === 'folder') {
    const resolve = async (name: string | undefined) => namedImage(await layoutIndex(ports.files, place), name)
    return { origin: layoutOrigin(ports.files, place), resolve }
  }
  const { index, origin } = await openOciArchive(ports.files, place)
  return { origin, resolve: async (name) => namedImage(index, name) }
}

/** Items that have a place of their own come from there, and what that lacks, like all others, from the cloud. */
export function itemOrigins(
  own: ReadonlyMap<string, BlobOrigin>,
  cloud: BlobOrigin,
): (item: DesiredItem) => BlobOrigin {
  const origins = new Map([...own].map(([itemId, origin]) => [itemId, inTurn(origin, cloud)]))
  return ({ itemId }) => origins.get(itemId) ?? cloud
}
