import { type InstanceInfo, identKey, isSameInfo } from './instance.ts'

/** One instance as the runtime has it. An ended one is what it left behind. */
export interface Run {
  info: InstanceInfo
  state: 'running' | 'ended'
}

/** What is the case on the node. */
export interface Current {
  runs: readonly Run[]
  /** Manifest digests of images that can be started. */
  images: ReadonlySet<string>
  /** Idents (as keys) not to be touched now: what was last tried failed, or the time for the next try has not come. */
  held: ReadonlySet<string>
}

type Args = { fetch: { of: InstanceInfo }; stop: { run: Run }; start: { info: InstanceInfo } }
export type Step = { [K in keyof Args]: { do: K } & Args[K] }[keyof Args]

/**
 * What can be done at once, in any order, to come nearer to `desired`; nothing when there is nothing to do. An instance
 * that is replaced runs on until its successor's image is there.
 */
export function plan({ runs, images, held }: Current, desired: readonly InstanceInfo[]): Step[] {
  const wanted = new Map(desired.map((info) => [identKey(info.instance), info]))
  const there = new Map(runs.map((run) => [identKey(run.info.instance), run]))
  const stops = runs
    .filter(({ info }) => isSuperseded(info, wanted.get(identKey(info.instance)), images))
    .map((run): Step => ({ do: 'stop', run }))
  const open = desired.filter(({ instance }) => !held.has(identKey(instance)))
  const starts = open
    .filter((info) => images.has(info.manifestDigest) && mayStart(info, there.get(identKey(info.instance))))
    .toSorted((one, other) => other.priority - one.priority)
    .map((info): Step => ({ do: 'start', info }))
  return [...stops, ...fetches(open, images), ...starts]
}

function isSuperseded(info: InstanceInfo, by: InstanceInfo | undefined, images: ReadonlySet<string>): boolean {
  return !by || (!isSameInfo(info, by) && images.has(by.manifestDigest))
}

function mayStart(info: InstanceInfo, there: Run | undefined): boolean {
  return !there || (there.state === 'ended' && isSameInfo(there.info, info))
}

/** Each image once, for the instance that matters most. */
function fetches(open: readonly InstanceInfo[], images: ReadonlySet<string>): Step[] {
  const missing = new Map<string, InstanceInfo>()
  for (const info of open.toSorted((one, other) => other.priority - one.priority)) {
    if (!images.has(info.manifestDigest) && !missing.has(info.manifestDigest)) missing.set(info.manifestDigest, info)
  }
  return [...missing.values()].map((of) => ({ do: 'fetch', of }))
}
