import type { Step } from '@windlass/machine'
import { objectsFor, otherSet } from '@windlass/model'
import { decodeMetadata } from '@windlass/wire/updatehub'
import { report } from '../../telemetry/reporting.ts'
import { failureOf, UpdateError } from '../../update-error.ts'
import { cancelledByCallback } from '../callback.ts'
import type { In } from '../diagram.ts'
import type { Offer } from '../facts.ts'
import { objectUrl, toBeFetched } from '../payloads.ts'
import type { Ports } from '../ports.ts'

const lookAtLinkMs = 60_000

/** Fetches what is missing of the set that will be installed. */
export async function download({ offer }: In<'download'>, p: Ports, step: Step) {
  const over = new AbortController()
  const costs = new AbortController()
  const stop = AbortSignal.any([step.stop, over.signal])
  const watching = watchLink(offer, p, costs, stop)
  try {
    if ((await p.link.forbids(offer, stop)) !== undefined) return { on: 'metered' } as const
    return await fetchMissing({ at: 'download', offer }, p, { ...step, stop: AbortSignal.any([stop, costs.signal]) })
  } catch (error) {
    if (costs.signal.aborted && !step.stop.aborted) return { on: 'metered' } as const
    throw error
  } finally {
    over.abort()
    await watching
  }
}

/** The device may drive out of its garage while it downloads. */
async function watchLink(offer: Offer, p: Ports, costs: AbortController, stop: AbortSignal): Promise<void> {
  try {
    for (let why: string | undefined; why === undefined; ) {
      await p.clock.sleep(lookAtLinkMs, stop)
      why = await p.link.forbids(offer, stop)
      if (why !== undefined) p.log.info('download interrupted', { why })
    }
    costs.abort(new DOMException('the link costs now', 'AbortError'))
  } catch (error) {
    if (!stop.aborted) p.log.warning('the link is not watched any more', { why: failureOf(error).message })
  }
}

async function fetchMissing({ offer }: In<'download'>, p: Ports, { stop, progress }: Step) {
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
