import type { Progress } from '../happenings.ts'
import { bytesText } from './quantities.ts'

export type Who = 'demo' | 'operator' | 'fleet' | 'device' | 'machine'

/** One thing that happened, to be read as a sentence: who, what. */
export interface Line {
  who: Who
  text: string
  /** `quiet` steps back, `good` and `odd` stand out, `bad` must be seen. */
  tone: 'plain' | 'quiet' | 'good' | 'odd' | 'bad'
}

/** Digests are shortened to what one can compare by eye; the logs have them whole. */
export function line(who: Who, text: string, tone: Line['tone'] = 'plain'): Line {
  return { who, tone, text: text.replace(/\b([a-f0-9]{12})[a-f0-9]{52}\b/g, '$1…') }
}

/** `download    [######--------------]  30 %  19.2 MiB of 64.0 MiB  41.0 MiB/s  2 s left` */
export function progressText({ state, doneBytes, totalBytes, bytesPerSecond, secondsLeft }: Progress): string {
  const part = totalBytes > 0 ? Math.min(doneBytes / totalBytes, 1) : 1
  const bar = '#'.repeat(Math.floor(part * 20)).padEnd(20, '-')
  const percent = `${Math.floor(part * 100)}`.padStart(3)
  const rate = bytesPerSecond === null ? '' : `  ${bytesText(bytesPerSecond)}/s`
  const left = secondsLeft === null ? '' : `  ${secondsLeft} s left`
  return `${state.padEnd(11)}  [${bar}] ${percent} %  ${bytesText(doneBytes)} of ${bytesText(totalBytes)}${rate}${left}`
}
