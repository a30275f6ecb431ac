import { type InstanceOrder, instanceKey } from '@windlass/model/unit'
import { isSameOrder } from './same-order.ts'

/** One instance as the runtime has it. An ended one is what it left behind. */
export interface Run {
  info: InstanceOrder
  state: 'running' | 'ended'
}

/** What is the case on the node. */
export interface Current {
  runs: readonly Run[]
  /** Manifest digests of images that can be started. */
  images: ReadonlySet<string>
  /** Whether images can be fetched now. */
  reachable: boolean
  /** Idents (as keys) not to be touched now: what was last tried failed, or the time for the next try has not come. */
  held: ReadonlySet<string>
}

type Args = { fetch: { of: InstanceOrder }; stop: { run: Run }; start: { info: InstanceOrder } }
export type Step = { [K in keyof Args]: { do: K } & Args[K] }[keyof Args]

/**
 * What can be done at once, in any order, to come nearer to `desired`; nothing when there is nothing to do. An instance
 * that is replaced runs on until its successor's image is there.
 */
export function plan({ runs, images, reachable, held }: Current, desired: readonly InstanceOrder[]): Step[] {
  const wanted = new Map(desired.map((info) => [instanceKey(info.ident), info]))
  const there = new Map(runs.map((run) => [instanceKey(run.info.ident), run]))
  const stops = runs
    .filter(({ info }) => isSuperseded(info, wanted.get(instanceKey(info.ident)), images))
    .map((run): Step => ({ do: 'stop', run }))
  const open = desired.filter(({ ident }) => !held.has(instanceKey(ident)))
  const starts = open
    .filter((info) => images.has(info.manifestDigest) && mayStart(info, there.get(instanceKey(info.ident))))
    .toSorted((one, other) => other.priority - one.priority)
    .map((info): Step => ({ do: 'start', info }))
  return [...stops, ...(reachable ? fetches(open, images) : []), ...starts]
}

function isSuperseded(info: InstanceOrder, by: InstanceOrder | undefined, images: ReadonlySet<string>): boolean {
  return !by || (!isSameOrder(info, by) && images.has(by.manifestDigest))
}

function mayStart(info: InstanceOrder, there: Run | undefined): boolean {
  return !there || (there.state === 'ended' && isSameOrder(there.info, info))
}

/** Each image once, for the instance that matters most. */
function fetches(open: readonly InstanceOrder[], images: ReadonlySet<string>): Step[] {
  const missing = new Map<string, InstanceOrder>()
  for (const info of open.toSorted((one, other) => other.priority - one.priority)) {
    if (!images.has(info.manifestDigest) && !missing.has(info.manifestDigest)) missing.set(info.manifestDigest, info)
  }
  return [...missing.values()].map((of) => ({ do: 'fetch', of }))
}
