import type { Clock } from '@windlass/platform'
import type { Output } from '../ports.ts'
import { bytesText, durationText, partText } from './quantities.ts'

/** Long work, shown while it lasts. `rate` in bytes per second is measured where it is not given. */
export interface Progress {
  show: (doneBytes: number, totalBytes: number, rate?: number, label?: string) => void
  /** Takes the line away. */
  end: () => void
}

export const silent: Progress = { show: () => undefined, end: () => undefined }

const redrawEveryMs = 100

/** One line that redraws itself, for a terminal. */
export function progressBar(out: Output, clock: Clock, what: string): Progress {
  const started = clock.uptime()
  let drawn = -Infinity
  return {
    show(done, total, rate, label) {
      const now = clock.uptime()
      if (now - drawn < redrawEveryMs && done < total) return
      drawn = now
      const measured = rate ?? (done * 1000) / Math.max(now - started, 1)
      const line = barLine(label ?? what, done, total, measured)
      out.write(`\r\x1b[K${line.slice(0, (out.columns ?? 80) - 1)}`)
    },
    end() {
      if (drawn >= 0) out.write('\r\x1b[K')
    },
  }
}

const width = 10

/** `install  [######----]  60 %  38.4 of 64.0 MiB  12.1 MiB/s  2 s left`: fits 80 columns but for hours that are left. */
export function barLine(what: string, done: number, total: number, rate: number): string {
  const part = total > 0 ? Math.min(done / total, 1) : 1
  const bar = '#'.repeat(Math.floor(part * width)).padEnd(width, '-')
  const percent = `${String(Math.floor(part * 100)).padStart(3)} %`
  const left = rate > 0 && done < total ? `  ${durationText(Math.ceil((total - done) / rate))} left` : ''
  return `${what}  [${bar}] ${percent}  ${partText(done, total)}  ${bytesText(Math.round(rate))}/s${left}`
}
