/** A drawn table: its states, where each stands (column and row), and the arrows out of each with what leads there. */
export interface Machine<S extends string> {
  states: readonly S[]
  stands: Readonly<Record<S, readonly [column: number, row: number]>>
  arrowsFrom: (state: S) => readonly Arrow<S>[]
}

export interface Arrow<S> {
  to: S
  on: readonly string[]
}

/** The arrows out of a state, those that lead to the same state together; losing power is told only where it leads on. */
export function arrowsOf<S extends string>(diagram: Readonly<Record<S, object>>): (state: S) => Arrow<S>[] {
  const states = Object.keys(diagram) as S[]
  return (state) => {
    const cells = Object.entries(diagram[state]) as [string, S][]
    const leading = cells.filter(([on, to]) => on !== 'boot' || to !== state)
    return states.flatMap((to) => {
      const on = leading.filter(([, target]) => target === to).map(([name]) => name)
      return on.length > 0 ? [{ to, on }] : []
    })
  }
}
