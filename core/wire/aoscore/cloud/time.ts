import * as v from 'valibot'

/*
 * Moments and times of day as texts (aoscore.md 0.6).
 */

/** Milliseconds since 1970 as ISO 8601 in UTC with six digits, as AosCore writes it. */
export function encodeTime(ms: number): string {
  const whole = Math.floor(ms)
  const micros = Math.floor((ms - whole) * 1000)
  return new Date(whole).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`)
}

const isoTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?$/

/** Milliseconds since 1970, fractions dropped; undefined when it is no moment. A text without a zone is UTC. */
export function decodeTime(written: string): number | undefined {
  if (!isoTime.test(written)) return undefined
  const zoned = /([Zz]|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`
  const ms = Date.parse(zoned.replace(/(\.\d{3})\d+/, '$1').toUpperCase())
  return Number.isNaN(ms) ? undefined : ms
}

export const time = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = decodeTime(dataset.value)
    if (ms !== undefined) return ms
    addIssue({ message: 'a moment like 2024-01-31T12:00:00Z' })
    return NEVER
  }),
)

const second = 1000
const day = 86_400 * second
const clockTime = /^T?(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d+))?)?$/

/** Milliseconds after midnight of `08:30`, `08:30:00.5`, `T0830`; undefined when it is no time of day. */
export function decodeTimeOfDay(written: string): number | undefined {
  const found = clockTime.exec(written)
  if (!found) return undefined
  const [hours, minutes, seconds] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)]
  if (hours > 24 || minutes > 59 || seconds > 59) return undefined
  const nanos = Number((found[4] ?? '').padEnd(9, '0').slice(0, 9))
  const ms = ((hours * 60 + minutes) * 60 + seconds) * second + nanos / 1e6
  return ms <= day ? ms : undefined
}

/** `08:30:00`, with a fraction where there is one. */
export function encodeTimeOfDay(ms: number): string {
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0')
  const fraction = (ms % second) / second
  const digits = fraction === 0 ? '' : fraction.toFixed(9).slice(1).replace(/0+$/, '')
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / second) % 60)}${digits}`
}
