import { type Step, stopped } from '@windlass/machine'
import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'

/** Waits for a request. */
export async function park(_: In<'park'>, p: Ports, { stop }: Step): Promise<never> {
  await p.guard.release()
  return stopped(stop)
}
