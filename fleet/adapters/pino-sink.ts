import type { LogLevel, LogSink } from '@windlass/platform'
import pino from 'pino'

const names = { error: 'error', warning: 'warn', info: 'info', debug: 'debug', trace: 'trace' } as const

/** One JSON line per event on standard error. `level`: the quietest that is written. */
export function pinoSink(level: LogLevel): LogSink {
  const formatters = { level: (label: string) => ({ level: label }) }
  const options = { level: names[level], base: null, messageKey: 'text', timestamp: false, formatters }
  const to = pino(options, pino.destination({ dest: 2, sync: true }))
  return ({ time, level: of, text, fields }) => to[names[of]]({ time: new Date(time).toISOString(), ...fields }, text)
}
