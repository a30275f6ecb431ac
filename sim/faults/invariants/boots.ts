import type { InstallationSet } from '@windlass/model'

export const boots = {
  name: 'boots',
  says: 'a device boots: nothing writes to the set that runs or boots next, and a set comes up',
} as const

/** A device that was started more often than that without a set coming up does not boot. */
export const mostStarts = 8

/** Why nobody may write to a part of this set now; undefined where it is the spare one. */
export function notSpare(set: InstallationSet, running: InstallationSet | undefined, next: InstallationSet) {
  if (set === running) return 'writes to the set that runs'
  return set === next ? 'writes to the set that boots next' : undefined
}
