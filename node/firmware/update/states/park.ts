import type { Step } from '@windlass/machine'
import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'

/** Waits for a request. */
export async function park(_: In<'park'>, p: Ports, { stop }: Step): Promise<never> {
  await p.guard.release()
  return new Promise((_resolve, reject) => {
    const end = () => reject(stop.reason)
    if (stop.aborted) end()
    else stop.addEventListener('abort', end, { once: true })
  })
}
