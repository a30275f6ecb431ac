import type { Life } from './life.ts'
import type { WorldClock } from './world-clock.ts'

/** Does it after so long, unless the life ends before. */
export function later(clock: WorldClock, life: Life, ms: number, work: () => void): void {
  const forget: { end: () => void } = { end: () => undefined }
  const cancel = clock.in(ms, () => {
    forget.end()
    work()
  })
  forget.end = life.onEnd(cancel)
}
