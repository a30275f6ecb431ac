import type { AnyDrawing, EventOf, StateOf } from './drawing.ts'
import { MachineError } from './machine-error.ts'

/** The state after an event. Pure. @throws MachineError `no_arrow` on an arrow nobody drew */
export function next<G extends AnyDrawing>(drawing: G, state: StateOf<G>, event: EventOf<G>): StateOf<G> {
  const from = at(state)
  const on = (event as { on: string }).on
  const to = drawing.diagram[from]?.[on]
  if (to === undefined) throw new MachineError('no_arrow', `no arrow out of ${from} on ${on}`)
  const facts: Record<string, unknown> = { ...state, ...event }
  return pick(drawing, to, facts) as StateOf<G>
}

/** Whether the row of this state has a cell for the event. */
export function accepts(drawing: AnyDrawing, state: string, on: string): boolean {
  return drawing.diagram[state]?.[on] !== undefined
}

/** Reads a state back from what was stored. @throws MachineError `journal_unreadable` */
export function readState<G extends AnyDrawing>(drawing: G, stored: unknown): StateOf<G> {
  const facts = typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {}
  const name = facts['at']
  if (typeof name !== 'string' || !Object.hasOwn(drawing.diagram, name)) {
    throw new MachineError('journal_unreadable', `expected a state of the table, got ${JSON.stringify(name)}`)
  }
  const checked = (drawing.keeps[name] ?? []).map((fact) => [fact, readFact(drawing, name, fact, facts[fact])])
  return { at: name, ...Object.fromEntries(checked) } as StateOf<G>
}

export function at(state: unknown): string {
  return (state as { at: string }).at
}

function pick(drawing: AnyDrawing, to: string, facts: Record<string, unknown>): unknown {
  return { at: to, ...Object.fromEntries((drawing.keeps[to] ?? []).map((fact) => [fact, facts[fact]])) }
}

function readFact(drawing: AnyDrawing, state: string, fact: string, value: unknown): unknown {
  try {
    return drawing.facts[fact]?.(value)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new MachineError('journal_unreadable', `${state}.${fact}: ${why}`, { cause })
  }
}
