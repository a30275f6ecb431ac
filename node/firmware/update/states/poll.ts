import { later } from '@windlass/machine'
import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'

/** Waits until one interval after the last probe, and a little longer where the settings say so. */
export async function poll(_: In<'poll'>, p: Ports) {
  await p.guard.release()
  const waitMs = pollDelay(p.clock.now(), p.runtime.lastProbe, p.settings.polling.intervalMs)
  const jitterMs = p.random.next() * p.settings.pollJitterMs
  return later(waitMs + jitterMs, { on: 'due', asked: null } as const)
}

/**
 * Milliseconds until the next probe. A last probe in the future means that the clock went back: then it is time now
 * (updatehub.md 2.6).
 */
export function pollDelay(now: number, last: number, intervalMs: number): number {
  const delay = intervalMs - (now - last)
  return delay > intervalMs ? 0 : Math.max(delay, 0)
}
