import { type ObjectBase, objectsFor, type PackageObject } from '@windlass/model'
import { cloudPaths, decodeMetadata } from '@windlass/wire/updatehub'
import type { Payload } from '../objects/port.ts'
import type { Offer } from './facts.ts'
import type { Ports } from './ports.ts'

/** Where an object's bytes lie: inside the archive that brought them, at the server, else in the download folder. */
export function payloadOf(
  object: PackageObject,
  offer: Offer,
  p: Pick<Ports, 'store' | 'fetcher' | 'firmware'>,
): Payload {
  const packed = offer.origin.kind === 'archive' ? offer.origin.payloads[object.sha256sum] : undefined
  const payload = packed ?? p.store.payload(object)
  if (object.mode !== 'raw-delta') return payload
  const seed = otherTarget(object, offer)
  const remote =
    staysAtServer(object) && offer.origin.kind === 'server'
      ? p.fetcher.ranges(objectUrl(object, offer.uid, offer.origin.address, p), object)
      : undefined
  return { ...payload, ...(seed !== undefined && { seed }), ...(remote && { remote }) }
}

/** Those of a server's objects that are brought here before they are installed. */
export function toBeFetched(objects: readonly PackageObject[]): PackageObject[] {
  return objects.filter((object) => !staysAtServer(object))
}

export function objectUrl(
  { sha256sum }: ObjectBase,
  uid: string,
  address: string,
  { firmware }: Pick<Ports, 'firmware'>,
): string {
  return address + cloudPaths.object(firmware.productUid, uid, sha256sum)
}

/** A delta is read by ranges while it is installed, where the signed metadata says what its header must be. */
function staysAtServer(object: PackageObject): boolean {
  return object.mode === 'raw-delta' && object.headerSha256 !== null
}

/** Where the same object goes in the other set, which is the one that runs. */
function otherTarget(object: PackageObject & { mode: 'raw-delta' }, offer: Offer): string | undefined {
  const pkg = decodeMetadata(offer.metadata)
  for (const set of ['a', 'b'] as const) {
    for (const other of objectsFor(pkg, set)) {
      if (other.mode !== 'raw-delta' || other.filename !== object.filename) continue
      if (other.target !== object.target) return other.target
    }
  }
  return undefined
}
