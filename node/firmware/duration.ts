import type { kinds } from '@windlass/platform'

const units: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  msec: 1,
  millisecond: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  y: 31_557_600_000,
  yr: 31_557_600_000,
  year: 31_557_600_000,
}

/** Milliseconds of a duration as UpdateHub's settings write it, `6h` or `90 sec`; undefined when it is none (updatehub.md 4.1). */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = ''] = /^\s*([+-]?\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(text) ?? []
  const factor = units[unit] ?? units[unit.replace(/s$/, '')]
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor
}

/** Whole seconds with an `s` behind, as `/info` shows them. */
export function formatDuration(ms: number): string {
  return `${Math.floor(ms / 1000)}s`
}

/** A duration in a settings file, as milliseconds. */
export function duration(leastMs: number): kinds.Kind<number> {
  return {
    expected: `a duration of at least ${leastMs / 1000} s, such as "6h"`,
    read: (value) => {
      const ms = typeof value === 'string' ? parseDuration(value) : undefined
      return ms !== undefined && ms >= leastMs ? ms : undefined
    },
  }
}
