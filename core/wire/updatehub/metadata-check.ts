import { type Mode, modeNames } from '@windlass/model'
import * as v from 'valibot'
import { WireError } from '../wire-error.ts'
import { describe, parseJson, placeOf } from './json-shape.ts'
import { objectSchemas, outerSchema } from './metadata-schema.ts'

/** `allowTest`: also objects of mode `test`, which the schema does not know but agents do. Default false. */
export interface MetadataCheck {
  allowTest?: boolean
}

/**
 * Checks metadata by UpdateHub's own schema, strictly (updatehub.md 5.1 to 5.5): what its packager and servers accept.
 *
 * Agents have rules of their own. Some of what passes here they refuse (a `chunk-size` of 0 or 1, a `target-mode` such as
 * `0899`; UpdateHub's agent also a single set and a custom pattern without `seek` and `buffer-size`): ask
 * `decodeMetadata` as well.
 *
 * @returns every problem found, as `objects[0][1].size: expected …, got …`; an empty list when there is none
 */
export function checkMetadata(bytes: string | Uint8Array, options: MetadataCheck = {}): string[] {
  const parsed = parse(bytes)
  if ('problem' in parsed) return [parsed.problem]
  const result = v.safeParse(outerSchema, parsed.value)
  const problems = result.success ? [] : result.issues.map((issue) => line('', issue).replace(/^[.:] ?/, ''))
  const sets = setsOf(parsed.value)
  for (const { at, objects } of sets) {
    for (const [j, object] of objects.entries()) problems.push(...checkObject(`${at}[${j}]`, object, options))
  }
  return [...problems, ...checkFilenames(sets.map((set) => set.objects))]
}

function checkObject(at: string, object: unknown, { allowTest = false }: MetadataCheck): string[] {
  const names: readonly Mode[] = modeNames.filter((mode) => mode !== 'test' || allowTest)
  const asked = v.safeParse(v.looseObject({ mode: v.picklist(names) }), object)
  const result = asked.success ? v.safeParse(objectSchemas[asked.output.mode], object) : asked
  return result.success ? [] : result.issues.map((issue) => line(at, issue))
}

function line(at: string, issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return `${at}${placeOf(issue)}: expected no such key`
  if (issue.type === 'strict_object' && issue.path) return `${at}${placeOf(issue)}: expected a value, got none`
  return `${at}${describe(issue)}`
}

/** The same file names in the same order in every set. */
function checkFilenames(sets: readonly (readonly unknown[])[]): string[] {
  const [first, second] = sets.map((set) =>
    JSON.stringify(set.map((object) => Reflect.get(Object(object), 'filename'))),
  )
  if (!first || !second || first === second) return []
  return [`objects: expected the same file names in the same order in both sets, got ${first} and ${second}`]
}

function setsOf(value: unknown): { at: string; objects: unknown[] }[] {
  const sets: unknown = Reflect.get(Object(value), 'objects')
  if (!Array.isArray(sets)) return []
  return sets.flatMap((objects: unknown, i) => (Array.isArray(objects) ? [{ at: `objects[${i}]`, objects }] : []))
}

function parse(bytes: string | Uint8Array): { value: unknown } | { problem: string } {
  try {
    return { value: parseJson('metadata', bytes) }
  } catch (error) {
    if (error instanceof WireError) return { problem: error.message }
    throw error
  }
}
