import { sha256Of, sign } from '@windlass/trust'
import { zipOf } from '@windlass/trust/fakes'
import { decodeItemConfig, encodeIndex, encodeItemConfig, encodeManifest, mediaTypes } from '@windlass/wire/oci'
import type { OperatorClient } from '@windlass/wire/operator'
import type { DeviceLayout } from '../../device/layout.ts'
import { siteTree, systemTree } from '../../images/gateway.ts'
import { packTar } from '../../images/tar.ts'
import { digestOf, type ServiceImage } from '../service-image.ts'

/** What a slot holds, small. */
export interface SmallRelease {
  system: Buffer
  site: Buffer
}

const slotBytes = 64 * 1024

/** The demo's product without its ballast. `uplink` false: it starts, and its self-test finds it sick. */
export function smallRelease(version: string, { uplink }: { uplink: boolean }): SmallRelease {
  const tree = [...systemTree(version, { uplink })].filter(([path]) => !path.startsWith('var/'))
  const filled = (bytes: Buffer) => Buffer.concat([bytes], slotBytes)
  return { system: filled(packTar(new Map(tree))), site: filled(packTar(siteTree(version))) }
}

interface Package {
  product: string
  hardware: string
  version: string
  privateKey: string
  /** Its signature is another's. */
  forged?: boolean
}

/** The package of a release for one device. */
export function packageFor({ slots }: DeviceLayout, release: SmallRelease, wanted: Package): Buffer {
  const object = (filename: string, bytes: Buffer, target: string) => ({
    mode: 'raw',
    filename,
    size: bytes.length,
    sha256sum: sha256Of(bytes),
    'target-type': 'device',
    target,
  })
  const objectsOf = ({ site, system }: DeviceLayout['slots']['a']) => [
    object('site.tar', release.site, site),
    object('system.img', release.system, system),
  ]
  const metadata = JSON.stringify({
    product: wanted.product,
    version: wanted.version,
    'supported-hardware': [wanted.hardware],
    objects: [objectsOf(slots.a), objectsOf(slots.b)],
  })
  const signature = sign(wanted.privateKey, Buffer.from(wanted.forged ? `${metadata} ` : metadata))
  const payloads = [release.site, release.system].map((data) => ({ name: sha256Of(data), data }))
  return zipOf([
    { name: 'signature', data: Buffer.from(signature) },
    { name: 'metadata', data: Buffer.from(metadata) },
    ...payloads,
  ])
}

export async function addServiceItem(
  fleet: OperatorClient,
  itemId: string,
  version: string,
  image: ServiceImage,
  ownerId?: string,
) {
  const indexDigest = digestOf(image.index)
  for (const bytes of [...image.blobs.values(), image.index]) await put(fleet, bytes)
  await fleet.addItem({ itemId, version, type: 'service', indexDigest, ...(ownerId !== undefined && { ownerId }) })
}

/** A component that update managers of the type `itemId` install. */
export async function addComponentItem(fleet: OperatorClient, itemId: string, version: string, file: Buffer) {
  const described = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: digestOf(bytes), size: bytes.length })
  const config = Buffer.from('{}')
  const runtimes = Buffer.from(JSON.stringify({ runtimes: [{ codename: itemId }] }))
  const itemConfig = Buffer.from(encodeItemConfig(decodeItemConfig(runtimes)))
  const manifest = Buffer.from(
    encodeManifest({
      config: described(config, mediaTypes.empty),
      itemConfig: described(itemConfig, mediaTypes.itemConfig),
      layers: [described(file, mediaTypes.componentPackage)],
      annotations: { type: 'full' },
    }),
  )
  const entry = { ...described(manifest, mediaTypes.manifest), annotations: {} }
  const index = Buffer.from(encodeIndex({ entries: [entry] }))
  for (const bytes of [file, config, itemConfig, manifest, index]) await put(fleet, bytes)
  await fleet.addItem({ itemId, version, type: 'component', indexDigest: digestOf(index) })
}

async function put(fleet: OperatorClient, bytes: Buffer): Promise<void> {
  const digest = digestOf(bytes)
  if (await fleet.hasBlob(digest)) return
  await fleet.putBlob(digest, {
    body: (async function* () {
      yield bytes
    })(),
  })
}
