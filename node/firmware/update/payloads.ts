import type { ObjectBase } from '@windlass/model'
import type { Payload } from '../objects/port.ts'
import type { Offer } from './facts.ts'
import type { Ports } from './ports.ts'

/** Where an object's bytes lie: inside the archive that brought them, else in the download folder. */
export function payloadOf(object: ObjectBase, offer: Offer, p: Pick<Ports, 'store'>): Payload {
  const packed = offer.origin.kind === 'archive' ? offer.origin.payloads[object.sha256sum] : undefined
  return packed ?? p.store.payload(object)
}
