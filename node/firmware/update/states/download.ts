import type { Step } from '@windlass/machine'
import { objectsFor, otherSet } from '@windlass/model'
import { decodeMetadata } from '@windlass/wire/updatehub'
import { report } from '../../telemetry/reporting.ts'
import { UpdateError } from '../../update-error.ts'
import { cancelledByCallback } from '../callback.ts'
import type { In } from '../diagram.ts'
import { objectUrl, toBeFetched } from '../payloads.ts'
import type { Ports } from '../ports.ts'

/** Fetches what is missing of the set that will be installed. */
export async function download({ offer }: In<'download'>, p: Ports, { stop, progress }: Step) {
  if (await cancelledByCallback(p, 'download', stop)) return { on: 'cancelled' } as const
  if (offer.origin.kind !== 'server') throw new UpdateError('internal', 'an archive brings its objects itself')
  await report(p, 'downloading', offer.uid, stop)
  const target = p.runtime.pendingSet ?? otherSet(await p.slots.active())
  const objects = objectsFor(decodeMetadata(offer.metadata), target)
  await p.store.clean(objects, stop)
  const missing = await p.store.missing(toBeFetched(objects), stop)
  await p.store.ensureSpace(missing)
  const totalBytes = missing.reduce((sum, { size }) => sum + size, 0)
  let before = 0
  for (const object of missing) {
    const url = objectUrl(object, offer.uid, offer.origin.address, p)
    await p.fetcher.object(url, object, (done) => progress({ doneBytes: before + done, totalBytes }), stop)
    before += object.size
  }
  await report(p, 'downloaded', offer.uid, stop)
  return { on: 'fetched' } as const
}
