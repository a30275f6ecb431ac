import type { News } from '@windlass/machine'
import type { DesiredState, ErrorInfo, ItemStatus } from '@windlass/model/unit'
import type { UpdateManager, UpdateState } from './diagram.ts'
import { errorInfoOf } from './errors.ts'
import type { LegErrors, Refusal } from './facts.ts'
import { newItems } from './goal.ts'
import { blank } from './journal.ts'

/** What the unit was told to be and does not go on to, and why. It is tried when the fleet says it again. */
export type GivenUp = Pick<Refusal, 'items' | 'error'>

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

/** Items to tell as failed; nothing where one that the unit knows of says by itself what failed. */
export function failedItems({ items, error }: GivenUp, known: readonly ItemStatus[]): ItemStatus[] {
  const isOneOf = ({ itemId, version }: ItemStatus) =>
    items.some((item) => item.itemId === itemId && item.version === version)
  if (known.some((one) => one.state === 'failed' && isOneOf(one))) return []
  return items.map((item) => ({ ...item, state: 'failed', error }))
}

function givenUp(state: UpdateState, error: ErrorInfo): GivenUp | undefined {
  const { installed, next } = { ...blank, ...state }
  const desired: DesiredState | null = next ?? ('desired' in state ? state.desired : null)
  return desired ? { items: newItems(desired, installed), error } : undefined
}

function firstOf({ sota, fota }: LegErrors): ErrorInfo | null {
  return sota ?? fota
}
