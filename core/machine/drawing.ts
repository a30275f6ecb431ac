/*
 * A state machine as a drawing: rows are states, cells are `event: next state`. Nothing here does any work.
 */

export type Rows = Record<string, Record<string, string>>
export type Readers = Record<string, (value: unknown) => unknown>

/**
 * `version` is raised when stored states change their meaning. `diagram` has a `boot` cell in every row: where the
 * machine goes on after losing power in that state. `facts` reads each fact back from disk and throws when it is
 * malformed. `keeps` says which facts a state holds, `brings` which an event carries. `orders` are the events that come
 * from outside; work may not answer with them. In a state of `rests` no update is under way: the count of moves begins anew.
 */
export interface Drawing<D extends Rows, F extends Readers, K, B, O> {
  version: number
  start: At<D>
  diagram: D
  facts: F
  keeps: K
  brings: B
  orders: readonly O[]
  rests: readonly At<D>[]
}

/** Any drawing, whatever its states are called. */
export interface AnyDrawing {
  version: number
  start: string
  diagram: Rows
  facts: Readers
  keeps: Names
  brings: Names
  orders: readonly string[]
  rests: readonly string[]
}
type Names = Readonly<Record<string, readonly string[]>>

export type At<D> = keyof D & string
export type On<D> = { [A in keyof D]: keyof D[A] & string }[keyof D]
export type Kept<D, F> = { readonly [A in keyof D]: readonly (keyof F & string)[] }
export type Brought<D, F> = { readonly [O in On<D>]: readonly (keyof F & string)[] }

type Carry<G extends AnyDrawing, N> = { [M in keyof G['facts'] & N]: ReturnType<G['facts'][M]> }
type Shown<T> = { [N in keyof T]: T[N] }

/** The union of states: `at` says which, beside it stand the facts this state keeps. */
export type StateOf<G extends AnyDrawing> = {
  [A in At<G['diagram']>]: Shown<{ at: A } & Carry<G, NonNullable<G['keeps'][A]>[number]>>
}[At<G['diagram']>]

/** The union of events: `on` says which, beside it stand the facts this event brings. */
export type EventOf<G extends AnyDrawing> = {
  [E in On<G['diagram']>]: Shown<{ on: E } & Carry<G, NonNullable<G['brings'][E]>[number]>>
}[On<G['diagram']>]

/** The events that outsiders may send. */
export type OrderOf<G extends AnyDrawing> = Extract<EventOf<G>, { on: G['orders'][number] }>

/** What the work of state A may answer: an event of its own row that is neither an order nor `boot`. */
export type OutcomeOf<G extends AnyDrawing, A extends At<G['diagram']>> = Extract<
  EventOf<G>,
  { on: Exclude<keyof G['diagram'][A], G['orders'][number] | 'boot'> }
>

export type InState<G extends AnyDrawing, A extends At<G['diagram']>> = Extract<StateOf<G>, { at: A }>

// The three mistakes a table can hold, as texts that name the arrow.
type Astray<D> = {
  [A in At<D>]: { [O in keyof D[A] & string]: D[A][O] extends keyof D ? never : `${A} --${O}--> nowhere` }[keyof D[A] &
    string]
}[At<D>]
type Bootless<D> = { [A in At<D>]: 'boot' extends keyof D[A] ? never : `${A} has no boot cell` }[At<D>]
type Hungry<D, K extends Record<string, readonly string[]>, B extends Record<string, readonly string[]>> = {
  [A in At<D>]: { [O in keyof D[A] & string]: Lacking<A, O, K[D[A][O] & string], K[A], B[O]> }[keyof D[A] & string]
}[At<D>]
type Lacking<A extends string, O extends string, Needs, Has, Comes> = Needs extends readonly (infer N extends string)[]
  ? Has extends readonly (infer H)[]
    ? Comes extends readonly (infer C)[]
      ? Exclude<N, H | C> extends never
        ? never
        : `${A} --${O}--> nobody brings ${Exclude<N, H | C>}`
      : never
    : never
  : never
type Mistakes<D, K, B> =
  | Astray<D>
  | Bootless<D>
  | Hungry<D, K & Record<string, readonly string[]>, B & Record<string, readonly string[]>>

/**
 * Draws a machine. It does not compile when an arrow leads to a state that does not exist, when a row has no `boot`
 * cell, or when an arrow's target keeps a fact that neither its source keeps nor its event brings: the compiler then
 * asks for a further argument whose type names the arrow.
 */
export function draw<
  const D extends Rows,
  const F extends Readers,
  const K extends Kept<D, F>,
  const B extends Brought<D, F>,
  const O extends On<D>,
>(
  drawing: Drawing<D, F, K, B, O>,
  ..._mistakes: [Mistakes<D, K, B>] extends [never] ? [] : [Mistakes<D, K, B>]
): Drawing<D, F, K, B, O> {
  return drawing
}
