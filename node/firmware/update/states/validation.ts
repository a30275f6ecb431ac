import type { Step } from '@windlass/machine'
import { objectsFor, otherSet, type Package, type PackageObject, supportsHardware } from '@windlass/model'
import { decodeMetadata } from '@windlass/wire/updatehub'
import { modeFor } from '../../objects/modes.ts'
import { withPayload } from '../../objects/payload.ts'
import { supportsMode } from '../../settings.ts'
import { UpdateError } from '../../update-error.ts'
import type { In } from '../diagram.ts'
import type { Offer } from '../facts.ts'
import { payloadOf, toBeFetched } from '../payloads.ts'
import type { Ports } from '../ports.ts'
import { checkSignature } from '../signature.ts'

/** Decides whether this package may be installed here, before its bytes are fetched and once more after. */
export async function validation({ offer }: In<'validation'>, p: Ports, { stop }: Step) {
  if (p.runtime.hasUnproven(offer.uid)) return { on: 'unproven' } as const
  await checkSignature(offer, p)
  const pkg = decodeMetadata(offer.metadata)
  checkDevice(pkg, p)
  const target = p.runtime.pendingSet ?? otherSet(await p.slots.active())
  const objects = objectsFor(pkg, target)
  if (objects.length === 0)
    throw new UpdateError('requirement_failed', `package has nothing to install into set ${target}`)
  for (const object of objects) await checkObject(object, p)
  await checkHistory(offer, p)
  if (p.runtime.appliedUid === offer.uid) {
    p.log.info('package is already installed and waits for a restart', { package: offer.uid })
    return { on: 'known' } as const
  }
  if (await isReady(offer, objects, p, stop)) return { on: 'ready', target } as const
  return { on: 'missing' } as const
}

function checkDevice(pkg: Package, p: Ports): void {
  const { hardware, productUid } = p.firmware
  if (!supportsHardware(pkg, hardware)) {
    const expected = pkg.hardware === 'any' ? 'any' : pkg.hardware.join(', ') || 'nothing'
    throw new UpdateError('hardware_unsupported', `package is for hardware ${expected}, this device is "${hardware}"`)
  }
  if (pkg.product === productUid) return
  const text = `package is for product ${pkg.product}, this device is of product ${productUid}`
  if (p.settings.strictProduct) throw new UpdateError('product_mismatch', text)
  p.log.warning('package is for another product', { package: pkg.product, device: productUid })
}

async function checkObject(object: PackageObject, p: Ports): Promise<void> {
  if (!supportsMode(p.settings.installModes, object.mode)) {
    throw new UpdateError(
      'mode_unsupported',
      `object ${object.filename}: mode ${object.mode} is not supported on this device`,
    )
  }
  await modeFor(object).check(object, p.objects)
}

async function checkHistory(offer: Offer, p: Ports): Promise<void> {
  const before = await p.refused.find(offer.uid)
  if (!before) return
  if (offer.again) return p.refused.forget(offer.uid)
  const text = `package was taken back on ${before.at}: ${before.why}; it is not tried again until someone asks for it`
  throw new UpdateError('package_refused_before', text)
}

async function isReady(offer: Offer, objects: readonly PackageObject[], p: Ports, stop: AbortSignal): Promise<boolean> {
  if (offer.origin.kind === 'server') return (await p.store.missing(toBeFetched(objects), stop)).length === 0
  for (const object of objects)
    await withPayload(object, payloadOf(object, offer, p), p.objects, () => {}, stop, readOn)
  return true
}

async function readOn(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of pieces) continue
}
