import { clockTime, fieldText } from './lines.ts'
import type { LogFields, LogLevel, LogSink } from './log.ts'

/** An entry as `GET /log` shows it; `time` is local: `Jan 02 03:04:05.678`. */
export interface MemoryLogEntry {
  level: LogLevel
  message: string
  time: string
  data: Record<string, string>
}

export interface MemoryLogOptions {
  /** Default 1 MiB, an entry's overhead included. The newest entry is kept whatever its size. */
  maxBytes?: number
  /** Lines that are recorded even while stopped. Default none. */
  always?: (line: Parameters<LogSink>[0]) => boolean
}

interface Held {
  line: { level: LogLevel; text: string; time: number; data: Record<string, string> }
  /** Level, text and data as one string: what makes two lines equal. */
  same: string
  times: number
  bytes: number
}

// About what an entry costs beside its text.
const overheadBytes = 128

/** The log of the last operation on a device, in memory (updatehub.md 1.9). Begins stopped and empty. */
export class MemoryLog {
  readonly #maxBytes: number
  readonly #always: (line: Parameters<LogSink>[0]) => boolean
  #held: Held[] = []
  #bytes = 0
  #inserted = 0
  #recording = false

  constructor(options: MemoryLogOptions = {}) {
    this.#maxBytes = options.maxBytes ?? 2 ** 20
    this.#always = options.always ?? (() => false)
  }

  /** Clears it and records. */
  start(): void {
    this.#held = []
    this.#bytes = 0
    this.#recording = true
  }

  /** Keeps what is there and records no more. */
  stop(): void {
    this.#recording = false
  }

  readonly sink: LogSink = (line) => {
    if (!this.#recording && !this.#always(line)) return
    const data = textsOf(line.fields)
    const same = JSON.stringify([line.level, line.text, data])
    const newest = this.#held.at(-1)
    if (newest?.same === same) newest.times += 1
    else this.#insert({ line: { level: line.level, text: line.text, time: line.time, data }, same, times: 1, bytes: 0 })
  }

  /** As `GET /log` answers it. `first_index` counts the entries that came before the first one shown. */
  toDocument(): { entries: MemoryLogEntry[]; first_index: number } {
    return { entries: this.#held.map(entryOf), first_index: this.#inserted - this.#held.length }
  }

  /** As a report's `current-log` carries it (updatehub.md 3.4): `<time> <level> <message>` per line. */
  toText(): string {
    return this.#held
      .map(entryOf)
      .map(({ time, level, message }) => `${time} ${level} ${message}\n`)
      .join('')
  }

  #insert(entry: Held): void {
    entry.bytes = overheadBytes + Buffer.byteLength(entry.same)
    this.#held.push(entry)
    this.#bytes += entry.bytes
    this.#inserted += 1
    let dropped = 0
    for (; this.#bytes > this.#maxBytes && dropped < this.#held.length - 1; dropped += 1) {
      this.#bytes -= this.#held[dropped]?.bytes ?? 0
    }
    this.#held.splice(0, dropped)
  }
}

function entryOf({ line, times }: Held): MemoryLogEntry {
  const message = times > 1 ? `${line.text} (repeated ${times} times)` : line.text
  return { level: line.level, message, time: entryTime(line.time), data: line.data }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function entryTime(time: number): string {
  const date = new Date(time)
  return `${months[date.getMonth()]} ${String(date.getDate()).padStart(2, '0')} ${clockTime(time)}`
}

function textsOf(fields: LogFields): Record<string, string> {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present.map(([key, value]) => [key, fieldText(value)]))
}
