import type { News } from '@windlass/machine'
import {
  type ConfigStatus,
  type DesiredState,
  type ErrorInfo,
  type InstanceStatus,
  type ItemStatus,
  instanceKey,
} from '@windlass/model/unit'
import type { UpdateManager, UpdateState } from './diagram.ts'
import { errorInfoOf } from './errors.ts'
import type { LegErrors } from './facts.ts'
import { type Missing, missingOf } from './goal.ts'
import { blank } from './journal.ts'

/** What the unit was told to be and does not go on to, and why. It is tried when the fleet says it again. */
export interface GivenUp extends Missing {
  error: ErrorInfo
}

/** What the unit says of itself. */
export interface Known {
  items: readonly ItemStatus[]
  instances: readonly InstanceStatus[]
  config: ConfigStatus
}

/** What is to be said besides. `error`: of the unit as a whole, where there is nothing else that could have it. */
export interface Told {
  items: readonly ItemStatus[]
  instances: readonly InstanceStatus[]
  config?: { version: string; error: ErrorInfo }
  error?: ErrorInfo
}

/** A state that could not be saved so often, for half a minute, counts as given up until it is saved after all. */
export const savesBeforeGivenUp = 6

/** What is given up after the news, which has no desired state of its own on disk any more. */
export function givenUpAfter(news: News<UpdateManager>, before: GivenUp | undefined): GivenUp | undefined {
  if (news.kind === 'not_saved') {
    return news.attempt < savesBeforeGivenUp ? before : givenUp(news.state, errorInfoOf(news.error))
  }
  if (news.kind !== 'moved' || news.event.on === 'forget') return before
  const { from, event, to } = news
  // A newer one that waits is judged at once.
  if (to.at !== 'none' || to.next !== null || event.on === 'desired' || event.on === 'given_up') return undefined
  const error = firstOf('errors' in event ? event.errors : from.errors)
  return error ? givenUp(from, error) : undefined
}

/** What is given up, as failed. Nothing of items where one that the unit knows of says by itself what failed. */
export function toldOf({ items, instances, configVersion, error }: GivenUp, known: Known): Told {
  const nothing = { items: [], instances: [] }
  if (items.length > 0) return { ...nothing, items: failedItems(items, error, known.items) }
  const there = new Set(known.instances.map(({ ident }) => instanceKey(ident)))
  const absent = instances.filter(({ ident }) => !there.has(instanceKey(ident)))
  const lacksConfig = configVersion !== null && configVersion !== known.config.version
  if (absent.length > 0 || lacksConfig)
    return {
      ...nothing,
      instances: absent.map(({ ident, version }) => ({ ident, version, ...nowhere, error })),
      ...(lacksConfig && { config: { version: configVersion, error } }),
    }
  const isTold = [...known.items, ...known.instances].some(({ state }) => state === 'failed')
  return isTold ? nothing : { ...nothing, error }
}

const nowhere = { nodeId: '', runtimeId: '', manifestDigest: '', state: 'failed', envVars: [] } as const

function failedItems(items: Missing['items'], error: ErrorInfo, known: readonly ItemStatus[]): ItemStatus[] {
  const isOneOf = ({ itemId, version }: ItemStatus) =>
    items.some((item) => item.itemId === itemId && item.version === version)
  if (known.some((one) => one.state === 'failed' && isOneOf(one))) return []
  return items.map((item) => ({ ...item, state: 'failed', error }))
}

export function givenUp(state: UpdateState, error: ErrorInfo): GivenUp | undefined {
  const { installed, next } = { ...blank, ...state }
  const desired: DesiredState | null = next ?? ('desired' in state ? state.desired : null)
  return desired ? { ...missingOf(desired, installed), error } : undefined
}

export function firstOf({ sota, fota }: LegErrors): ErrorInfo | null {
  return sota ?? fota
}
