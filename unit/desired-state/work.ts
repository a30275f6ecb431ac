import type { Work } from '@windlass/machine'
import type { UpdateManager } from './diagram.ts'
import type { UpdatePorts } from './ports.ts'
import { activating } from './states/activating.ts'
import { downloading } from './states/downloading.ts'
import { finalizing } from './states/finalizing.ts'
import { installing } from './states/installing.ts'
import { launching } from './states/launching.ts'
import { none } from './states/none.ts'
import { pending } from './states/pending.ts'
import { reverting } from './states/reverting.ts'

/** What the update manager does in each state. */
export const work: Work<UpdateManager, UpdatePorts> = {
  none,
  downloading,
  pending,
  installing,
  launching,
  activating,
  finalizing,
  reverting,
}
