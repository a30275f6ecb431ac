import type { News } from '@windlass/machine'
import { type DesiredItem, type DesiredState, type ErrorInfo, errorInfo, type ItemStatus } from '@windlass/model/unit'
import type { UpdateManager, UpdateState } from '../desired-state/diagram.ts'
import type { Leg } from '../desired-state/facts.ts'
import { itemsOf } from '../desired-state/goal.ts'

/** The update scheduler's states: a view of the update manager's (aoscore.md 2.3). */
export type SchedulerState = 'NO_UPDATE' | 'DOWNLOADING' | 'READY_TO_UPDATE' | 'UPDATING'

/** What a subscriber is told of one part of the update (aoscore.md 3). The lists are empty in `NO_UPDATE`. */
export interface Notice {
  leg: Leg
  state: SchedulerState
  configVersion?: string
  install: readonly DesiredItem[]
  remove: readonly Pick<ItemStatus, 'itemId' | 'version'>[]
  error: ErrorInfo | null
}

/** How a part of the update stands now. `items` is what is stored. */
export function noticeOf(leg: Leg, state: UpdateState, items: readonly ItemStatus[]): Notice {
  const now = schedulerState(leg, state, items)
  const quiet = { leg, state: now, install: [], remove: [] }
  if (now === 'NO_UPDATE' || state.at === 'none')
    return { ...quiet, error: state.at === 'none' ? state.errors[leg] : null }
  const config = leg === 'sota' ? state.desired.unitConfig?.version : undefined
  return {
    ...quiet,
    ...(config !== undefined && { configVersion: config }),
    install: missing(leg, state.desired, items),
    remove: leg === 'sota' ? superfluous(state.desired, items) : [],
    error: now === 'UPDATING' ? null : state.errors[leg],
  }
}

/** What a cancelled firmware update is said to have ended with; a cancelled services' part ends without an error. */
const cancelled = errorInfo('canceled', 'context canceled')

/** A move in which a newer desired state replaced the update: its end, which the states alone do not show. */
export function cancelNotice(leg: Leg, news: News<UpdateManager>): Notice | undefined {
  if (news.kind !== 'moved' || news.event.on !== 'desired' || news.to.at !== 'none' || news.from.at === 'none')
    return undefined
  const was = news.from.legs[leg]
  if (was !== 'waiting' && was !== 'going') return undefined
  return { leg, state: 'NO_UPDATE', install: [], remove: [], error: leg === 'fota' ? cancelled : null }
}

function schedulerState(leg: Leg, state: UpdateState, items: readonly ItemStatus[]): SchedulerState {
  if (state.at === 'none' || state.legs[leg] === 'absent') return 'NO_UPDATE'
  if (state.legs[leg] === 'done' || state.legs[leg] === 'over') return 'NO_UPDATE'
  if (state.at === 'downloading') {
    // Nothing to fetch: upstream's services' part begins with READY_TO_UPDATE.
    return leg === 'sota' && missing(leg, state.desired, items).length === 0 ? 'NO_UPDATE' : 'DOWNLOADING'
  }
  return state.legs[leg] === 'going' ? 'UPDATING' : 'READY_TO_UPDATE'
}

function missing(leg: Leg, desired: DesiredState, items: readonly ItemStatus[]): readonly DesiredItem[] {
  const stored = items.filter(({ state }) => state === 'installed')
  return itemsOf(desired, leg === 'sota' ? 'service' : 'component').filter(
    ({ itemId, version }) => !stored.some((one) => one.itemId === itemId && one.version === version),
  )
}

function superfluous(desired: DesiredState, items: readonly ItemStatus[]): Notice['remove'] {
  const wanted = new Set(itemsOf(desired, 'service').map(({ itemId }) => itemId))
  const stored = items.filter(
    ({ type, state, preinstalled }) => type === 'service' && state === 'installed' && !preinstalled,
  )
  return stored.filter(({ itemId }) => !wanted.has(itemId)).map(({ itemId, version }) => ({ itemId, version }))
}
