import type { AnyDrawing, StateOf } from './drawing.ts'
import { MachineError } from './machine-error.ts'
import { at, readState } from './next.ts'

/** What the journal holds. `moves` is the number of moves since the machine last rested. */
export interface JournalRecord<G extends AnyDrawing> {
  version: number
  moves: number
  state: StateOf<G>
}

/** Turns the stored state of version `n` into that of `n + 1`, for each n that ever shipped. */
export type Upgrades = Readonly<Record<number, (state: Record<string, unknown>) => Record<string, unknown>>>

/**
 * Reads a journal record, also one written by an older version.
 * @throws MachineError `journal_unreadable` for anything else, also for a version newer than this one
 */
export function readRecord<G extends AnyDrawing>(drawing: G, upgrades: Upgrades, stored: unknown): JournalRecord<G> {
  const { version, moves, state } = (stored ?? {}) as { version?: unknown; moves?: unknown; state?: unknown }
  if (!isCount(version) || !isCount(moves)) {
    throw new MachineError('journal_unreadable', 'expected version and moves as whole numbers')
  }
  if (version > drawing.version) {
    throw new MachineError('journal_unreadable', `expected version ${drawing.version} or older, got ${version}`)
  }
  return {
    version: drawing.version,
    moves,
    state: readState(drawing, upgraded(drawing.version, upgrades, version, state)),
  }
}

/** The record after arriving in `state`. */
export function recordOf<G extends AnyDrawing>(drawing: G, moves: number, state: StateOf<G>): JournalRecord<G> {
  return { version: drawing.version, moves: drawing.rests.includes(at(state)) ? 0 : moves, state }
}

function upgraded(to: number, upgrades: Upgrades, from: number, stored: unknown): unknown {
  let state = stored
  for (let v = from; v < to; v++) {
    const step = upgrades[v]
    if (!step) throw new MachineError('journal_unreadable', `no way from version ${v} to ${v + 1}`)
    state = step(state as Record<string, unknown>)
  }
  return state
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
