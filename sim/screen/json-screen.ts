import type { Clock } from '@windlass/platform'
import type { Output, Screen } from './screen.ts'

/** One JSON document per line; `ms` since the start. */
export function jsonScreen(out: Output, clock: Clock): Screen {
  const write = (document: object): void => {
    out.write(`${JSON.stringify({ ms: Math.round(clock.uptime()), ...document })}\n`)
  }
  return {
    heading: (text) => write({ heading: text }),
    line: ({ who, text, tone }) => write({ who, text: text.replace(/ {2,}/g, ' '), tone }),
    progress: (who, progress) => write({ who, progress }),
    page: (_, document) => write(document),
  }
}
