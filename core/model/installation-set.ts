/** One of the two places a device can boot from. Scripts write `0` and `1` for them, JSON `"a"` and `"b"`. */
export type InstallationSet = 'a' | 'b'

export function otherSet(set: InstallationSet): InstallationSet {
  return set === 'a' ? 'b' : 'a'
}

/** The position of this set's objects in a package, and its number for the boot scripts. */
export function setIndex(set: InstallationSet): 0 | 1 {
  return set === 'a' ? 0 : 1
}
