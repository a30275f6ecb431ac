/** A version by semver.org 2.0.0. Build metadata does not count. */
export interface Version {
  numbers: readonly [number, number, number]
  /** Empty for a release. */
  preRelease: readonly string[]
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
const form = new RegExp(`^(\\d+)\\.(\\d+)\\.(\\d+)(?:-(${identifiers}))?(?:\\+${identifiers})?$`)

export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, preRelease] = form.exec(text) ?? []
  if (major === undefined || text.length > 256) return undefined
  return {
    numbers: [Number(major), Number(minor), Number(patch)],
    preRelease: preRelease === undefined ? [] : preRelease.split('.'),
  }
}

/** Below 0 when `one` is older, above 0 when it is newer; undefined when one of them is no version. */
export function compareVersions(one: string, other: string): number | undefined {
  const [a, b] = [parseVersion(one), parseVersion(other)]
  if (!a || !b) return undefined
  const [x, y] = [a.numbers, b.numbers]
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || comparePreReleases(a.preRelease, b.preRelease)
}

/** A release is newer than its pre-releases; of two, the one that goes on (semver.org, 11.3 and 11.4). */
function comparePreReleases(one: readonly string[], other: readonly string[]): number {
  if (one.length === 0 || other.length === 0) return other.length - one.length
  for (const [n, mine] of one.entries()) {
    const theirs = other[n]
    if (theirs === undefined) return 1
    const order = compareIdentifiers(mine, theirs)
    if (order !== 0) return order
  }
  return one.length - other.length
}

/** Numbers come before words. */
function compareIdentifiers(one: string, other: string): number {
  const [a, b] = [/^\d+$/.test(one), /^\d+$/.test(other)]
  if (a && b) return Number(one) - Number(other)
  if (a !== b) return a ? -1 : 1
  return one < other ? -1 : one > other ? 1 : 0
}
