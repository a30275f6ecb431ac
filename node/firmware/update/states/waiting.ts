import type { Step } from '@windlass/machine'
import type { In } from '../diagram.ts'
import { unlessReplaced } from '../look-again.ts'
import type { Ports } from '../ports.ts'

const lookAgainMs = 30_000

/** What is missing costs too much now: waits until it may be fetched, or the server wants something else. */
export function waiting({ offer }: In<'waiting'>, p: Ports, step: Step) {
  return unlessReplaced(offer, p, step, async (stop, waits) => {
    for (;;) {
      const why = await p.link.forbids(offer, stop)
      if (why === undefined) return { on: 'free' } as const
      waits(why)
      await p.link.changed.wait(lookAgainMs, p.clock, stop)
    }
  })
}
