import { boots } from './boots.ts'
import { counters } from './counters.ts'
import { diskBounded } from './disk-bounded.ts'
import { memoryBounded } from './memory-bounded.ts'
import { noMix } from './no-mix.ts'
import { notRetried } from './not-retried.ts'
import { outcomesTold } from './outcomes-told.ts'
import { rotNoticed } from './rot-noticed.ts'
import { serverKnows } from './server-knows.ts'
import { unitKnown } from './unit-known.ts'
import { unitWhole } from './unit-whole.ts'
import { updatable } from './updatable.ts'
import { verified } from './verified.ts'

/** What holds in every world at every moment, or at least in the end. */
export const invariants = [
  boots,
  noMix,
  verified,
  notRetried,
  rotNoticed,
  diskBounded,
  memoryBounded,
  counters,
  serverKnows,
  outcomesTold,
  updatable,
  unitWhole,
  unitKnown,
] as const
export type InvariantName = (typeof invariants)[number]['name']

export interface Violation {
  invariant: InvariantName
  device: string
  message: string
}
