import type { Log, LogFields, LogLevel, LogSink } from './log.ts'

// From the loudest to the quietest.
const levels = ['error', 'warning', 'info', 'debug', 'trace'] as const satisfies readonly LogLevel[]

/** A log whose lines go to every sink. `now`: milliseconds since 1970. Without sinks it is silent. */
export function createLog(sinks: readonly LogSink[], now: () => number, fields: LogFields = {}): Log {
  const at =
    (level: LogLevel) =>
    (text: string, more: LogFields = {}) => {
      const line = { time: now(), level, text, fields: { ...fields, ...more } }
      for (const sink of sinks) sink(line)
    }
  return {
    error: at('error'),
    warning: at('warning'),
    info: at('info'),
    debug: at('debug'),
    trace: at('trace'),
    child: (more) => createLog(sinks, now, { ...fields, ...more }),
  }
}

/** Lets only lines of this level and louder through. */
export function fromLevel(level: LogLevel, sink: LogSink): LogSink {
  return (line) => {
    if (levels.indexOf(line.level) <= levels.indexOf(level)) sink(line)
  }
}
