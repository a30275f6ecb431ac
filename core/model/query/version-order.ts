const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
const form = new RegExp(`^v?([0-9]{1,18}(?:\\.[0-9]{1,18}){0,3})(?:-(${identifiers}))?(?:\\+${identifiers})?$`)
const digits = 18
const numbers = 4

/**
 * What sorts versions, element by element in the order of characters; undefined for a text that is no version. Wider than
 * SemVer, and the same where that applies: one to four numbers (`3`, `v3.1`, `2026.11.22.1`; those left out are 0), then
 * perhaps a pre-release. The fleet's database has the same rule (`version_order`).
 */
export function versionOrder(text: string): readonly string[] | undefined {
  const [, given, preRelease] = form.exec(text) ?? []
  if (given === undefined) return undefined
  const all = given.split('.')
  const padded = Array.from({ length: numbers }, (_, i) => (all[i] ?? '0').padStart(digits, '0'))
  return [...padded, ...(preRelease === undefined ? ['~'] : preRelease.split('.').map(identifierOrder))]
}

/** Below 0 when `one` is older, above 0 when it is newer; undefined when one of them is no version. */
export function orderVersions(one: string, other: string): number | undefined {
  const [a, b] = [versionOrder(one), versionOrder(other)]
  if (!a || !b) return undefined
  for (const [i, mine] of a.entries()) {
    const theirs = b[i]
    if (theirs === undefined) return 1
    if (mine !== theirs) return mine < theirs ? -1 : 1
  }
  return a.length - b.length
}

// Numbers come before words.
function identifierOrder(text: string): string {
  return /^[0-9]{1,18}$/.test(text) ? `0${text.padStart(digits, '0')}` : `1${text}`
}
