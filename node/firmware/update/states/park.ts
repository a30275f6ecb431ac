import type { Step } from '@windlass/machine'
import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'

/** Waits for a request. */
export function park(_: In<'park'>, _p: Ports, { stop }: Step): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = () => reject(stop.reason)
    if (stop.aborted) end()
    else stop.addEventListener('abort', end, { once: true })
  })
}
