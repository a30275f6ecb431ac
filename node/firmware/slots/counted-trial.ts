import { type InstallationSet, otherSet } from '@windlass/model'

/** What a boot loader with a counter keeps. */
export interface CountedTrial {
  active: InstallationSet
  onTrial: boolean
  /** Starts of the set on trial so far. */
  starts: number
}

/** How often a set on trial is started before the boot loader leaves it. */
export const mostStarts = 2
export const factoryTrial: CountedTrial = { active: 'a', onTrial: false, starts: 0 }

export function choose(active: InstallationSet): CountedTrial {
  return { active, onTrial: true, starts: 0 }
}

export function confirm({ active }: CountedTrial): CountedTrial {
  return { active, onTrial: false, starts: 0 }
}

/** The boot loader's rule: what to keep before `active` of it is started. */
export function countStart(before: CountedTrial): CountedTrial {
  if (!before.onTrial) return before
  if (before.starts < mostStarts) return { ...before, starts: before.starts + 1 }
  return { active: otherSet(before.active), onTrial: false, starts: 0 }
}
