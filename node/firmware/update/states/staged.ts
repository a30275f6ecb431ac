import type { Step } from '@windlass/machine'
import { objectsFor } from '@windlass/model'
import { decodeMetadata } from '@windlass/wire/updatehub'
import type { In } from '../diagram.ts'
import { unlessReplaced } from '../look-again.ts'
import { toBeFetched } from '../payloads.ts'
import type { Ports } from '../ports.ts'

const lookAgainMs = 30_000

/** All is here and checked; whoever commands this device says when it goes in. */
export async function staged({ offer, target }: In<'staged'>, p: Ports, step: Step) {
  if (p.runtime.hasUnproven(offer.uid)) return { on: 'unproven' } as const
  const objects = objectsFor(decodeMetadata(offer.metadata), target)
  // Deltas are read from the server while they are installed.
  const readsOn = offer.origin.kind === 'server' && toBeFetched(objects).length < objects.length
  return unlessReplaced(offer, p, step, async (stop, waits) => {
    for (;;) {
      await p.commander.mayInstall(offer, stop, waits)
      const why = readsOn ? await p.link.forbids(offer, stop) : undefined
      if (why === undefined) return { on: 'go', life: p.host.life } as const
      waits(why)
      await p.link.changed.wait(lookAgainMs, p.clock, stop)
    }
  })
}
