/** Which process of the fleet has a unit's socket. A process that was not heard of for fifteen seconds has none. */
export interface Lines {
  /** The unit's socket is here now, wherever it was before. The unit must be known. */
  take(unit: string): Promise<void>
  /** It is not here any more; where another process took it since, nothing happens. */
  drop(unit: string): Promise<void>
  isTaken(unit: string): Promise<boolean>
  /** The units of which some process has the socket. */
  taken(): Promise<string[]>
  /** This process lives. */
  beat(): Promise<void>
  /** This process ends: its lines are dropped. */
  leave(): Promise<void>
}

export const beatEveryMs = 5_000
export const goneAfterMs = 15_000

interface Board {
  seen: Map<string, number>
  takenBy: Map<string, string>
}

/** The fake: several on one `board` are several processes. */
export function memoryLines(
  me = 'alone',
  now: () => number = () => 0,
  board: Board = { seen: new Map(), takenBy: new Map() },
): Lines {
  const beat = async () => void board.seen.set(me, now())
  const isHeard = (by: string | undefined) =>
    by !== undefined && now() - (board.seen.get(by) ?? -Infinity) < goneAfterMs
  return {
    beat,
    async take(unit) {
      await beat()
      board.takenBy.set(unit, me)
    },
    async drop(unit) {
      if (board.takenBy.get(unit) === me) board.takenBy.delete(unit)
    },
    isTaken: async (unit) => isHeard(board.takenBy.get(unit)),
    taken: async () => [...board.takenBy].filter(([, by]) => isHeard(by)).map(([unit]) => unit),
    async leave() {
      for (const [unit, by] of board.takenBy) if (by === me) board.takenBy.delete(unit)
      board.seen.delete(me)
    },
  }
}
