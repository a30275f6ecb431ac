import type { InstallationSet } from '@windlass/model'

/** A boot entry as its file's name tells it: `slot-7-b+2-1.conf` is the seventh choice, set b, 2 tries left, 1 done. */
export interface BootEntry {
  name: string
  order: number
  set: InstallationSet
  /** Null when tries are not counted: the set is confirmed. */
  triesLeft: number | null
}

/** Undefined when the file is none of ours. */
export function readBootEntry(name: string): BootEntry | undefined {
  const [, order, set, left] = /^slot-(\d{1,9})-([ab])(?:\+(\d{1,9})(?:-\d{1,9})?)?\.conf$/.exec(name) ?? []
  if (set !== 'a' && set !== 'b') return undefined
  return { name, order: Number(order), set, triesLeft: left === undefined ? null : Number(left) }
}

export function bootEntryName({ order, set, triesLeft }: Omit<BootEntry, 'name'>): string {
  return `slot-${order}-${set}${triesLeft === null ? '' : `+${triesLeft}`}.conf`
}

/** As systemd-boot sorts entries that still have tries: the highest number first. */
export function latestFirst(x: BootEntry, y: BootEntry): number {
  return y.order - x.order
}
