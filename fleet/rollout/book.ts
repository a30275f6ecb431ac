import { FleetError } from '../fleet-error.ts'
import { movesOf, type Progress, type Tallies } from './progress.ts'
import type { Steer, Steered } from './steer.ts'

/** The rollouts of one kind, as those need them who take any kind on. */
export interface Book<R extends Steered> {
  /** What each is called where one is expected. */
  called: string
  /** Of several fleets one at a time decides; undefined: there is no such rollout. `next` may be asked more than once. */
  change(id: number, next: (rollout: R) => Progress | undefined): Promise<R | undefined>
  tell(rollout: R, change: Change, detail?: string): void
}

type Change = 'opened' | 'approved' | 'paused' | 'resumed' | 'aborted'

/** Changes a rollout by somebody's word, and tells of it unless it was so already. @throws FleetError `rollout_unknown`; what `next` throws */
export async function steered<R extends Steered>(
  book: Book<R>,
  id: number,
  change: Change,
  next: Steer,
  detail?: string,
): Promise<R> {
  let changed = false
  const rollout = await book.change(id, (now) => {
    const progress = next(now)
    changed = progress !== undefined
    return progress
  })
  if (!rollout) throw new FleetError('rollout_unknown', `expected ${book.called}, got ${id}`)
  if (changed) book.tell(rollout, change, detail)
  return rollout
}

/** Lets a rollout go on by itself as far as it does now, and tells of it. `begin`: with what else is known by now. */
export async function goOn<R extends Steered>(
  book: Book<R>,
  id: number,
  tallies: Tallies,
  now: number,
  begin: (progress: Progress) => Progress = (progress) => progress,
): Promise<void> {
  let moves: ReturnType<typeof movesOf>['moves'] = []
  const rollout = await book.change(id, (before) => {
    const after = movesOf(before.plan, begin(before.progress), tallies, now)
    moves = after.moves
    return after.progress === before.progress ? undefined : after.progress
  })
  if (!rollout) return
  for (const move of moves) {
    if (move.to === 'opened') book.tell(rollout, 'opened', `phase ${move.phase + 1}`)
    if (move.to === 'paused') book.tell(rollout, 'paused', move.pause.reason)
  }
}
