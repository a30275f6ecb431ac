/** The middle, the least and the most of some measurements. */
export interface Spread {
  median: number
  least: number
  most: number
}

/** @throws RangeError for no measurements at all */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => {
    const value = sorted[index]
    if (value === undefined) throw new RangeError('expected one measurement or more, got none')
    return value
  }
  const half = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  }
}
