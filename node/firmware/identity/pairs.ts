import { FirmwareError } from './firmware-error.ts'

/** Values by key: a string, or several, sorted, where the key came more than once. */
export type SortedPairs = Record<string, string | string[]>

/**
 * Reads `key=value` lines (updatehub.md 4.3). A line without `=`, also an empty one, is an error; a value may be empty.
 * @throws FirmwareError `pair_invalid`
 */
export function parsePairs(text: string, where: string): SortedPairs {
  if (text === '') return {}
  const pairs = text.split('\n').map((line) => splitPair(line, where))
  const byKey = Map.groupBy(pairs, ([key]) => key)
  const keys = [...byKey.keys()].sort()
  return Object.fromEntries(keys.map((key) => [key, oneOrMany((byKey.get(key) ?? []).map(([, value]) => value))]))
}

function splitPair(line: string, where: string): [string, string] {
  const at = line.indexOf('=')
  if (at < 0) throw new FirmwareError('pair_invalid', `${where}: expected key=value, got "${line.slice(0, 80)}"`)
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

function oneOrMany(values: string[]): string | string[] {
  const [only, ...others] = values.sort()
  return only !== undefined && others.length === 0 ? only : values
}
