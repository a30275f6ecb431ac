import type { Unit } from '../records.ts'

/** How many units there are, by where they stand and of which model, most first; of models the first `mostModels`. */
export interface UnitCounts {
  units: number
  byStanding: { standing: Unit['standing']; units: number }[]
  byModel: { model: string; units: number }[]
}

export const mostModels = 1000

/** Adds up how many units of each model stand where. */
export function countsOf(rows: readonly (Pick<Unit, 'model' | 'standing'> & { units: number })[]): UnitCounts {
  const by = <K extends string>(keyOf: (row: (typeof rows)[number]) => K): [key: K, units: number][] => {
    const sums = new Map<K, number>()
    for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + row.units)
    return [...sums].sort(([x, n], [y, m]) => m - n || (x < y ? -1 : 1))
  }
  return {
    units: rows.reduce((sum, { units }) => sum + units, 0),
    byStanding: by(({ standing }) => standing).map(([standing, units]) => ({ standing, units })),
    byModel: by(({ model }) => model)
      .map(([model, units]) => ({ model, units }))
      .slice(0, mostModels),
  }
}
