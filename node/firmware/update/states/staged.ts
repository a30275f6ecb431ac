import type { Step } from '@windlass/machine'
import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'

/** All is here and checked; whoever commands this device says when it goes in. */
export async function staged({ offer }: In<'staged'>, p: Ports, { stop }: Step) {
  if (p.runtime.hasUnproven(offer.uid)) return { on: 'unproven' } as const
  await p.commander.mayInstall(offer, stop)
  return { on: 'go', life: p.host.life } as const
}
