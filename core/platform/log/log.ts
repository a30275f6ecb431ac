export type LogLevel = 'error' | 'warning' | 'info' | 'debug' | 'trace'
export type LogFields = Readonly<Record<string, unknown>>

/**
 * A log line is an event: a fixed short text in lower case; everything that varies goes into the fields.
 * No secrets and no payloads.
 */
export interface Log {
  error(text: string, fields?: LogFields): void
  warning(text: string, fields?: LogFields): void
  info(text: string, fields?: LogFields): void
  debug(text: string, fields?: LogFields): void
  trace(text: string, fields?: LogFields): void
  /** The same log with these fields on every line. */
  child(fields: LogFields): Log
}

/** Where finished lines go. `time` is milliseconds since 1970. */
export type LogSink = (line: { time: number; level: LogLevel; text: string; fields: LogFields }) => void
