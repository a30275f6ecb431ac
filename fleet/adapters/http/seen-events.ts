import type { FleetEvent } from '@windlass/wire/operator'
import type { Within } from '../../groups/extent.ts'
import { isSeen } from '../../rollout/within.ts'
import type { Store } from '../../store/store.ts'
import { productsWithin } from './sight.ts'

type Things = Pick<Store, 'rollout' | 'package' | 'counts' | 'countDevices' | 'deviceIds' | 'productsOf'>

/**
 * Those events that one may see who sees so far; `sight` says anew how far that is. What has to do with no device is for those
 * who see all.
 */
export async function* seenEvents(
  events: AsyncIterable<FleetEvent>,
  seen: Within,
  sight: () => Promise<Within>,
  store: Things,
): AsyncIterable<FleetEvent> {
  let within = seen
  for await (const event of events) {
    if (within === undefined || (await isOf(event, within, store))) yield event
    else if (event.kind === 'group' || event.kind === 'labels') {
      // Some devices may lie within now, or no more: all that is shown is to be read afresh.
      within = await sight()
      yield { kind: 'connected', at: event.at }
    }
  }
}

async function isOf(event: FleetEvent, within: Within, store: Things): Promise<boolean> {
  // Of units, whose numbers are others.
  if (event.kind === 'unit_rollout') return false
  if ('device' in event) return (await store.countDevices({ devices: [event.device], within })) > 0
  if ('rollout' in event) {
    const rollout = await store.rollout(event.rollout)
    return rollout !== undefined && isSeen(store, rollout, within)
  }
  if (!('package' in event)) return false
  const kept = await store.package(event.package)
  return kept !== undefined && (await productsWithin(store, [kept.product], within)).length > 0
}
