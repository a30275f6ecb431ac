import type { AnyDrawing, At, InState, OutcomeOf } from './drawing.ts'

/** How far long work is. Bytes; `totalBytes` is null where nobody knows it. */
export interface Progress {
  doneBytes: number
  totalBytes: number | null
}

/** What work is given beside its state and its ports. */
export interface Step {
  /** Fires when an accepted order replaces this state, or when the process is to end. Work must then end soon. */
  stop: AbortSignal
  progress: (progress: Progress) => void
  /** Says why the work does not go on for now; null when it does. Forgotten with the state. */
  waits: (why: string | null) => void
}

/** An outcome that takes effect only after a wait. Orders of the row are accepted meanwhile. */
export interface Later<E> {
  afterMs: number
  event: E
}

export function later<E>(afterMs: number, event: E): Later<E> {
  return { afterMs, event }
}

/** The end of work that only an order ends. @throws the signal's reason once it fires */
export function stopped(stop: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = () => reject(stop.reason)
    if (stop.aborted) end()
    else stop.addEventListener('abort', end, { once: true })
  })
}

/** What each state does. Each answers with an event of its own row; what it throws becomes `failed`. */
export type Work<G extends AnyDrawing, P> = {
  [A in At<G['diagram']>]: (
    state: InState<G, A>,
    ports: P,
    step: Step,
  ) => Promise<OutcomeOf<G, A> | Later<OutcomeOf<G, A>>>
}
