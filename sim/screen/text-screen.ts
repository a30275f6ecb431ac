import type { Clock } from '@windlass/platform'
import { type Line, line, progressText } from './line.ts'
import { secondsText } from './quantities.ts'
import type { Output, Screen } from './screen.ts'

const tones: Record<Line['tone'], number> = { plain: 0, quiet: 90, good: 32, odd: 33, bad: 31 }
const bold = 1
const redrawEveryMs = 100

/**
 * One aligned line for each thing: seconds since the start, who, what. `live`: progress is one line that redraws itself;
 * else a line for each quarter of what the device does.
 */
export function textScreen(out: Output, clock: Clock, { live, color }: { live: boolean; color: boolean }): Screen {
  const paint = (code: number, text: string): string => (color && code > 0 ? `\u001b[${code}m${text}\u001b[0m` : text)
  const erase = live ? '\r\u001b[K' : ''
  const columns = ({ who, text }: Line): string =>
    `${secondsText(clock.uptime()).padStart(9)}  ${who.padEnd(8)}  ${text}`
  let drawnAt = -Infinity
  let shown = ''
  return {
    heading: (text) => void out.write(`${erase}\n${paint(bold, text)}\n\n`),
    line: (said) => void out.write(`${erase}${paint(tones[said.tone], columns(said))}\n`),
    page: (text) => void out.write(`${erase}\n${text}\n\n`),
    progress(who, progress) {
      const text = columns(line(who, progressText(progress)))
      if (live) {
        if (clock.uptime() - drawnAt < redrawEveryMs) return
        drawnAt = clock.uptime()
        out.write(`${erase}${text.slice(0, (out.columns ?? 80) - 1)}`)
        return
      }
      if (who !== 'device') return
      const quarter = Math.floor((progress.doneBytes / Math.max(progress.totalBytes, 1)) * 4)
      const key = `${progress.state} ${quarter}`
      if (quarter > 0 && quarter < 4 && key !== shown) out.write(`${text}\n`)
      shown = key
    },
  }
}
