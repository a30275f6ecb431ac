import type { SchedulerNotice } from '@windlass/model/unit'
import { changes, RpcError, type RpcHandlers } from '@windlass/platform'
import { schedulerMethods } from '@windlass/wire/aoscore'
import type { Leg } from '../desired-state/facts.ts'
import type { UnitUpdate } from '../desired-state/update-manager.ts'
import type { Notices } from './notices.ts'

/**
 * communicationmanager.v3 (aoscore.md 3). A start returns before the update ran; it fails in every state in which nothing
 * waits for it. A subscriber that reads slowly is told the newest of each part and misses what lay between.
 */
export function serveScheduler(handlers: RpcHandlers, update: UnitUpdate, notices: Notices): void {
  const start = (leg: Leg) => async () => {
    if (await update.start(leg)) return {}
    throw new RpcError('wrong_state', `event startUpdate inappropriate in current state ${update.state.at}`)
  }
  handlers.call(schedulerMethods.startFota, start('fota'))
  handlers.call(schedulerMethods.startSota, start('sota'))
  handlers.feed(schedulerMethods.notifications, (_, { gone }) =>
    changes<SchedulerNotice>(gone, (tell) => notices.subscribe(tell), dropOlder),
  )
}

/** How many notices wait for a slow subscriber: more than one update gives. */
const longestQueue = 16

function dropOlder(queue: SchedulerNotice[]): void {
  const newest = queue.at(-1)
  if (queue.length <= longestQueue || newest === undefined) return
  queue.splice(
    queue.findIndex(({ part }) => part === newest.part),
    1,
  )
}
