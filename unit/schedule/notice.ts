import type { News } from '@windlass/machine'
import {
  type DesiredItem,
  type DesiredState,
  type ErrorInfo,
  errorInfo,
  type ItemStatus,
  type SchedulerNotice,
  type SchedulerState,
} from '@windlass/model/unit'
import type { UpdateManager, UpdateState } from '../desired-state/diagram.ts'
import type { Leg } from '../desired-state/facts.ts'
import { itemsOf } from '../desired-state/goal.ts'

/** What notices are made from, besides the update manager's state. */
export interface Seen {
  /** What is stored. */
  items(): readonly ItemStatus[]
  /** A component item's type: that of the update manager or runtime it is for; empty while nobody knows. */
  componentType(item: DesiredItem): string
}

/** How a part of the update stands now. */
export function noticeOf(leg: Leg, state: UpdateState, seen: Seen): SchedulerNotice {
  const items = seen.items()
  const now = schedulerState(leg, state, items)
  if (now === 'no_update' || state.at === 'none') return quiet(leg, state.at === 'none' ? state.errors[leg] : null)
  const error = now === 'updating' ? null : state.errors[leg]
  const coming = missing(leg, state.desired, items)
  if (leg === 'fota') {
    const components = coming.map((item) => ({
      componentId: item.itemId,
      componentType: seen.componentType(item),
      version: item.version,
    }))
    return { part: 'fota', state: now, components, ...(error && { error }) }
  }
  const config = state.desired.unitConfig?.version
  return {
    part: 'sota',
    state: now,
    ...(config !== undefined && { configVersion: config }),
    install: coming.map(({ itemId, version }) => ({ itemId, version })),
    remove: superfluous(state.desired, items),
    rebalance: false,
    ...(error && { error }),
  }
}

/** What a cancelled firmware update is said to have ended with; a cancelled services' part ends without an error. */
const cancelled = errorInfo('canceled', 'context canceled')

/** A move in which a newer desired state replaced the update: its end, which the states alone do not show. */
export function cancelNotice(leg: Leg, news: News<UpdateManager>): SchedulerNotice | undefined {
  if (news.kind !== 'moved' || news.event.on !== 'desired') return undefined
  if (news.to.at !== 'none' || news.from.at === 'none') return undefined
  const was = news.from.legs[leg]
  return was === 'waiting' || was === 'going' ? quiet(leg, leg === 'fota' ? cancelled : null) : undefined
}

function quiet(leg: Leg, error: ErrorInfo | null): SchedulerNotice {
  const end = { state: 'no_update', ...(error && { error }) } as const
  return leg === 'fota'
    ? { part: 'fota', components: [], ...end }
    : { part: 'sota', install: [], remove: [], rebalance: false, ...end }
}

function schedulerState(leg: Leg, state: UpdateState, items: readonly ItemStatus[]): SchedulerState {
  if (state.at === 'none' || state.legs[leg] === 'absent') return 'no_update'
  if (state.legs[leg] === 'done' || state.legs[leg] === 'over') return 'no_update'
  if (state.at === 'downloading') {
    // Nothing to fetch: upstream's services' part begins with READY_TO_UPDATE.
    return leg === 'sota' && missing(leg, state.desired, items).length === 0 ? 'no_update' : 'downloading'
  }
  return state.legs[leg] === 'going' ? 'updating' : 'ready_to_update'
}

function missing(leg: Leg, desired: DesiredState, items: readonly ItemStatus[]): readonly DesiredItem[] {
  const stored = items.filter(({ state }) => state === 'installed')
  return itemsOf(desired, leg === 'sota' ? 'service' : 'component').filter(
    ({ itemId, version }) => !stored.some((one) => one.itemId === itemId && one.version === version),
  )
}

function superfluous(desired: DesiredState, items: readonly ItemStatus[]): { itemId: string; version: string }[] {
  const wanted = new Set(itemsOf(desired, 'service').map(({ itemId }) => itemId))
  return items
    .filter(({ type, state, preinstalled }) => type === 'service' && state === 'installed' && !preinstalled)
    .filter(({ itemId }) => !wanted.has(itemId))
    .map(({ itemId, version }) => ({ itemId, version }))
}
