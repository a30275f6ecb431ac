import { nearest } from './nearest.ts'
import type { Place } from './place.ts'

/**
 * A description before it is understood: every scalar is the text that was written. So `version: 2.0` is the version
 * `2.0` and not the number 2, and `target-mode: 0644` keeps its zero.
 */
export type Given = string | readonly Given[] | GivenMapping | undefined
export type GivenMapping = { readonly [key: string]: Given }

/** All readers @throws CliError `data` naming the place. */
export function text(given: Given, place: Place): string {
  if (typeof given !== 'string' || given === '') throw place.expected('text', given)
  return given
}

export function integer(given: Given, place: Place, least: number): number {
  const number = typeof given === 'string' && /^-?\d+$/.test(given) ? Number(given) : Number.NaN
  if (!Number.isSafeInteger(number) || number < least) throw place.expected(`a whole number, at least ${least}`, given)
  return number
}

export function list(given: Given, place: Place): readonly Given[] {
  if (!isList(given) || given.length === 0) throw place.expected('a list of at least one', given)
  return given
}

/** A mapping that has no keys besides `known`, if that is given. */
export function mapping(given: Given, place: Place, known?: readonly string[]): GivenMapping {
  if (!isMapping(given)) throw place.expected(`a mapping${known ? ` of ${known.join(', ')}` : ''}`, given)
  for (const key of Object.keys(given)) if (known && !known.includes(key)) throw unknown(key, place, known)
  return given
}

export function isMapping(given: Given): given is GivenMapping {
  return typeof given === 'object' && !isList(given)
}

export function isList(given: Given): given is readonly Given[] {
  return Array.isArray(given)
}

function unknown(key: string, place: Place, known: readonly string[]): Error {
  const near = nearest(key, known)
  return place.wrong(`unknown key "${key}"; ${near ? `did you mean "${near}"?` : `known are ${known.join(', ')}`}`)
}
