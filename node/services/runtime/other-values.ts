/** Numbers whose bits under `mask` are those of `value`. */
export interface MaskedValues {
  mask: number
  value: number
}

/**
 * All numbers whose lowest 16 bits are none of these, each in just one of what comes back. A filter of system calls can compare under a mask and
 * knows no "but": so for each way to differ from the excluded ones, the first bit that does.
 */
export function allBut(excluded: readonly number[], bit = 15, mask = 0, value = 0): MaskedValues[] {
  if (excluded.length === 0) return [{ mask, value }]
  if (bit < 0) return []
  const at = 2 ** bit
  const isSet = (one: number) => Math.floor(one / at) % 2 === 1
  return [
    ...allBut(
      excluded.filter((one) => !isSet(one)),
      bit - 1,
      mask + at,
      value,
    ),
    ...allBut(excluded.filter(isSet), bit - 1, mask + at, value + at),
  ]
}
