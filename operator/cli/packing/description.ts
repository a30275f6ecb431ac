import { resolve } from 'node:path'
import type { InstallationSet, Mode } from '@windlass/model'
import { isSha256, modeNames } from '@windlass/model'
import { type Field, fieldKinds, modeFields } from './fields.ts'
import { type Given, isList, isMapping, list, mapping, text } from './given.ts'
import type { Place } from './place.ts'
import { value } from './value.ts'

/** What to pack. Fields have their metadata names; they are whole, defaults included. */
export interface Description {
  product: string
  version: string
  hardware: 'any' | readonly string[]
  objects: readonly ObjectDescription[]
}

export interface ObjectDescription {
  mode: Mode
  /** Absolute. */
  path: string
  fields: Readonly<Record<InstallationSet, Fields>>
}

type Fields = Readonly<Partial<Record<Field, unknown>>>

/**
 * Reads a package description. `folder` is what its files are relative to.
 * @throws CliError `data` naming the place, what was expected there and what came
 */
export function readDescription(given: Given, place: Place, folder: string): Description {
  const keys = mapping(given, place, ['product', 'version', 'hardware', 'objects'])
  const product = text(keys['product'], place.at('product'))
  if (!isSha256(product)) throw place.at('product').expected('64 lower-case hexadecimal digits', product)
  return {
    product,
    version: text(keys['version'], place.at('version')),
    hardware: hardware(keys['hardware'], place.at('hardware')),
    objects: list(keys['objects'], place.at('objects')).map((o, i) => object(o, place.at('objects', i), folder)),
  }
}

function hardware(given: Given, place: Place): 'any' | string[] {
  if (given === undefined) return 'any'
  const names = (isList(given) ? given : [given]).map((name, i) => text(name, place.at(i)))
  if (names.length === 1 && names[0] === 'any') return 'any'
  if (names.length === 0 || names.includes('any')) throw place.expected('any, a name or a list of names', given)
  return [...new Set(names)].sort()
}

function object(given: Given, place: Place, folder: string): ObjectDescription {
  const loose = mapping(given, place)
  const mode = modeNames.find((name) => name === loose['mode'])
  if (!mode) throw place.at('mode').expected(`one of ${modeNames.join(', ')}`, loose['mode'])
  const { needs, may } = modeFields[mode]
  const keys = mapping(given, place, ['mode', 'file', ...needs, ...may])
  const read = (set: InstallationSet): Fields => fields(keys, mode, set, place)
  return { mode, path: resolve(folder, text(keys['file'], place.at('file'))), fields: { a: read('a'), b: read('b') } }
}

function fields(keys: Readonly<Record<string, Given>>, mode: Mode, set: InstallationSet, place: Place): Fields {
  const { needs, may, defaults } = modeFields[mode]
  const read: Partial<Record<Field, unknown>> = { ...defaults }
  for (const field of [...needs, ...may]) {
    const given = ofSet(keys[field], set, place.at(field))
    if (given !== undefined) read[field] = value(fieldKinds[field], given, place.at(field))
    else if (needs.includes(field)) throw place.at(field).expected(`a value (mode ${mode} needs it)`, given)
  }
  return read
}

/** One value stands for both sets; `{ a: …, b: … }` gives each its own. */
function ofSet(given: Given, set: InstallationSet, place: Place): Given {
  if (!isMapping(given) || !('a' in given || 'b' in given)) return given
  const own = mapping(given, place, ['a', 'b'])[set]
  if (own === undefined) throw place.at(set).expected('a value for this set too', own)
  return own
}
