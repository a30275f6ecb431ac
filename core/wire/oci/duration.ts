import * as v from 'valibot'

const second = 1000
const day = 86_400 * second
const year = 365.25 * day

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: second,
  m: 60 * second,
  h: 3600 * second,
  d: day,
  w: 7 * day,
  y: year,
}
const iso =
  /^P(?=\w)(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?=\d)(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/
const isoParts = [year, year / 12, 7 * day, day, 3600 * second, 60 * second, second]

/**
 * A time span in milliseconds, from any of the forms AosCore writes (aoscore.md 0.6): seconds as a number or as digits,
 * `1m30s`, `30d`, or ISO 8601 `PT10S`; to the microsecond. Undefined when it is none of them.
 */
export function parseDuration(value: unknown): number | undefined {
  const ms = typeof value === 'number' ? value * second : typeof value === 'string' ? fromText(value.trim()) : undefined
  return ms !== undefined && Number.isFinite(ms) && ms >= 0 ? Math.round(ms * 1000) / 1000 : undefined
}

/** ISO 8601, as `PT1.5S`. */
export function formatDuration(ms: number): string {
  return `PT${ms / second}S`
}

function fromText(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * second
  const [, ...parts] = iso.exec(text) ?? []
  if (parts.length > 0) return parts.reduce((sum, part, at) => sum + Number(part ?? 0) * (isoParts[at] ?? 0), 0)
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w|y))+$/.test(text)) return undefined
  const pieces = [...text.matchAll(/([\d.]+)([a-zµ]+)/g)]
  return pieces.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? Number.NaN), 0)
}

const expected = 'seconds, "10s" or "PT10S"'
/** A time span in milliseconds, as a schema. */
export const duration = v.pipe(
  v.union([v.number(), v.string()], expected),
  v.check((value) => parseDuration(value) !== undefined, expected),
  v.transform((value) => parseDuration(value) ?? 0),
)
