import type { LogLevel, LogSink } from './log.ts'

/** One JSON object per line: `time` (RFC 3339), `level`, `text`, then the fields. */
export function jsonLines(write: (line: string) => void): LogSink {
  return ({ time, level, text, fields }) => {
    const facts = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)]))
    const head = { time: new Date(time).toISOString(), level, text }
    // Twice: the head comes first, and no field takes its place.
    write(`${JSON.stringify(Object.assign({}, head, facts, head))}\n`)
  }
}

const colors: Record<LogLevel, number> = { error: 31, warning: 33, info: 32, debug: 36, trace: 90 }

/** For people: `03:04:05.678 info    moved  from=poll to=probe`, in local time. `color` default false. */
export function prettyLines(write: (line: string) => void, { color = false } = {}): LogSink {
  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
  return ({ time, level, text, fields }) => {
    const facts = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${paint(90, `${key}=`)}${quoted(fieldText(value))}`)
    write(
      `${[paint(90, clockTime(time)), paint(colors[level], level.padEnd(7)), text, '', ...facts].join(' ').trimEnd()}\n`,
    )
  }
}

/** A field as one string: text as it is, an error as its message and those of its causes, anything else as JSON. */
export function fieldText(value: unknown): string {
  const said = plain(value)
  return typeof said === 'string' ? said : (JSON.stringify(said) ?? '')
}

/** `03:04:05.678`, local. */
export function clockTime(time: number): string {
  const date = new Date(time)
  const [h, m, s] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${h}:${m}:${s}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function plain(value: unknown): unknown {
  if (value instanceof Error) return withCauses(value)
  if (typeof value === 'bigint' || value instanceof URL) return String(value)
  return value
}

function withCauses(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${withCauses(error.cause)}` : error.message
}

function quoted(text: string): string {
  return /[\s"]/.test(text) || text === '' ? JSON.stringify(text) : text
}
