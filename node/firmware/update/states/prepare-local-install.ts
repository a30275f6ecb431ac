import type { Step } from '@windlass/machine'
import { objectsFor, otherSet, type PackageObject } from '@windlass/model'
import { openArchive, type PackageArchive } from '@windlass/trust/archive'
import { decodeMetadata, decodeSignature } from '@windlass/wire/updatehub'
import type { Payload } from '../../objects/port.ts'
import { UpdateError } from '../../update-error.ts'
import { cancelledOrFailed } from '../callback.ts'
import type { In } from '../diagram.ts'
import type { Offer } from '../facts.ts'
import type { Ports } from '../ports.ts'
import { checkSignature } from '../signature.ts'
import { unpack } from '../unpack.ts'

/** Opens a package file. Its signature is judged before anything in it is unpacked. */
export async function prepareLocalInstall({ source }: In<'prepare_local_install'>, p: Ports, { stop }: Step) {
  if (await cancelledOrFailed(p, 'prepare_local_install', stop)) return { on: 'cancelled' } as const
  const archive = await openArchive(source, p.files)
  try {
    const offer = offerOf(archive, source)
    await checkSignature(offer, p)
    return { on: 'offered', offer: await withPayloads(offer, archive, source, p, stop) } as const
  } finally {
    await archive.close()
  }
}

function offerOf(archive: PackageArchive, path: string): Offer {
  if (!decodeSignature(archive.signature)) {
    throw new UpdateError('archive_invalid', `${path}: expected the entry signature to be base64 or empty`)
  }
  return {
    uid: archive.packageUid,
    metadata: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(archive.metadata),
    signature: archive.signature.trim() || null,
    origin: { kind: 'archive', path, payloads: {} },
    // Whoever names a file means it, whatever became of the package before.
    again: true,
    metered: true,
  }
}

/** Objects stored as they are stay where they are; the others are unpacked into the download folder. */
async function withPayloads(
  offer: Offer,
  archive: PackageArchive,
  path: string,
  p: Ports,
  stop: AbortSignal,
): Promise<Offer> {
  const target = p.runtime.pendingSet ?? otherSet(await p.slots.active())
  const objects = objectsFor(decodeMetadata(offer.metadata), target)
  const payloads: Record<string, Payload> = {}
  const packed: PackageObject[] = []
  for (const object of objects) {
    const range = archive.locate(object.sha256sum)
    if (range) payloads[object.sha256sum] = { path, ...range }
    else packed.push(object)
  }
  // What an aborted download left would take the room that this package needs.
  await p.store.clean(packed, stop, path)
  await unpack(archive, packed, p, stop)
  return { ...offer, origin: { kind: 'archive', path, payloads } }
}
