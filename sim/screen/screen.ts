import type { Clock } from '@windlass/platform'
import type { Progress } from '../happenings.ts'
import { jsonScreen } from './json-screen.ts'
import type { Line } from './line.ts'
import { textScreen } from './text-screen.ts'

/** Where text goes. `columns` is the width of a terminal. */
export interface Output {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

/** What a person, or a program, sees of the demo. */
export interface Screen {
  /** What comes next is about this. */
  heading(text: string): void
  line(line: Line): void
  /** Shown until the next of anything; where nobody watches, now and then. */
  progress(who: Line['who'], progress: Progress): void
  /** A block of text, and the same as a document. */
  page(text: string, document: object): void
}

export interface ScreenOptions {
  json: boolean
  /** `NO_COLOR` and `TERM` are heeded. */
  env: Readonly<Record<string, string | undefined>>
}

export function screenOn(out: Output, clock: Clock, { json, env }: ScreenOptions): Screen {
  if (json) return jsonScreen(out, clock)
  const live = out.isTTY === true && env['TERM'] !== 'dumb'
  return textScreen(out, clock, { live, color: live && !env['NO_COLOR'] })
}
