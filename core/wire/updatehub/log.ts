import * as v from 'valibot'
import { parseJson, shape } from './json-shape.ts'

/** One line of the agent's memory log. `time` is local: `Jan 02 03:04:05.678` (updatehub.md 1.9). */
export interface LogEntry {
  level: 'critical' | 'error' | 'warning' | 'info' | 'debug' | 'trace'
  message: string
  time: string
  data: Record<string, string>
}

/** `GET /log`. `first_index` is the number of entries that were recorded before the first one shown. */
export interface LogDocument {
  entries: LogEntry[]
  first_index: number
}

const levels = {
  critical: 'critical',
  crit: 'critical',
  error: 'error',
  erro: 'error',
  warning: 'warning',
  warn: 'warning',
  info: 'info',
  debug: 'debug',
  debg: 'debug',
  trace: 'trace',
  trce: 'trace',
} as const
const level = v.pipe(
  v.picklist(Object.keys(levels) as (keyof typeof levels)[]),
  v.transform((name) => levels[name]),
)
const log = v.object({
  entries: v.array(v.object({ level, message: v.string(), time: v.string(), data: v.record(v.string(), v.string()) })),
  first_index: v.optional(v.number(), 0),
})

/** Reads `/log` of any agent. @throws WireError */
export function decodeLog(bytes: string | Uint8Array): LogDocument {
  return shape('log', log, parseJson('log', bytes))
}
