import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { BlobOrigin } from '@windlass/images'
import type { UnitAlert } from '@windlass/model/unit'
import type { RunningTime } from '@windlass/platform'
import { pemBlocks } from '@windlass/trust/certificates'
import type { Platform } from '@windlass/wire/oci'
import type { Ground } from './build-unit.ts'
import { UnitImages } from './images/images.ts'
import { defaultLimits } from './images/limits.ts'
import { cloudOrigin } from './images/origins/cloud.ts'
import { itemOrigins, openImageSource } from './images/origins/image-source.ts'
import type { Cloud, Nodes } from './ports.ts'

/** What the images need of the other rooms. */
interface Neighbours {
  cloud: Cloud
  nodes: Nodes
  alert(alert: UnitAlert): void
}

/** The unit's images, from the cloud and from the places that the settings name. */
export async function openImages(
  ground: Ground & { time: RunningTime },
  { cloud, nodes, alert }: Neighbours,
): Promise<UnitImages> {
  const { settings, identity, world, database } = ground
  const fromCloud = cloudOrigin(cloud, { http: world.http(undefined), files: world.files }, defaultLimits)
  // Signatures of items lead to whoever signed the unit's own certificate for the cloud.
  const roots = async () =>
    pemBlocks(identity.tlsFor('online')?.ca ?? '', 'CERTIFICATE').map((pem) => new X509Certificate(pem))
  return UnitImages.open(
    {
      ...world,
      time: ground.time,
      db: database,
      origin: itemOrigins(await ownSources(ground), fromCloud),
      roots,
      fits: (platform) => fitsSomewhere(platform, nodes),
      alert,
    },
    {
      folder: join(settings.workingDir, 'images'),
      blobServer: settings.blobServerUrl,
      limits: { ...defaultLimits, keepRemovedMs: settings.itemTtlMs },
    },
  )
}

/** A place that cannot be opened now (a stick that is not in) leaves its items to the cloud. */
async function ownSources({ settings, world }: Ground): Promise<Map<string, BlobOrigin>> {
  const ports = { http: world.http(undefined), files: world.files, clock: world.clock }
  const own = new Map<string, BlobOrigin>()
  for (const [itemId, place] of Object.entries(settings.imageSources)) {
    try {
      own.set(itemId, (await openImageSource(place, ports, defaultLimits)).origin)
    } catch (error) {
      world.log.warning('image source not opened', {
        item: itemId,
        place,
        why: error instanceof Error ? error.message : String(error),
      })
    }
  }
  return own
}

/** Before any node said what it can run, everything fits. */
function fitsSomewhere({ architecture }: Platform, nodes: Nodes): boolean {
  const runtimes = nodes.list().flatMap((node) => node.runtimes)
  return runtimes.length === 0 || architecture === '' || runtimes.some(({ arch }) => arch.architecture === architecture)
}
