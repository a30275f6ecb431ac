import type { FleetEvent } from '@windlass/wire/operator'
import { type Reach, reaches } from '../../people/roles.ts'
import type { Store } from '../../store/store.ts'

/** Those events that one may see who may see these products. What belongs to no product is for those who see all. */
export async function* seenEvents(
  events: AsyncIterable<FleetEvent>,
  reach: Reach,
  store: Pick<Store, 'known' | 'rollout' | 'package'>,
): AsyncIterable<FleetEvent> {
  for await (const event of events) {
    if (reach === 'everywhere') yield event
    else {
      const product = await productOf(event, store)
      if (product !== undefined && reaches(reach, product)) yield event
    }
  }
}

async function productOf(event: FleetEvent, store: Pick<Store, 'known' | 'rollout' | 'package'>) {
  // Of units, whose numbers are others.
  if (event.kind === 'unit_rollout') return undefined
  if ('device' in event) return (await store.known(event.device))?.device.product
  if ('rollout' in event) return (await store.rollout(event.rollout))?.product
  if ('package' in event) return (await store.package(event.package))?.product
  return undefined
}
