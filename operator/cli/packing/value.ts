import type { Kind } from './fields.ts'
import { type Given, integer, mapping, text } from './given.ts'
import type { Place } from './place.ts'

/** A field's text as the value that the metadata carries. @throws CliError `data` */
export function value(kind: Kind, given: Given, place: Place): unknown {
  switch (kind) {
    case 'text':
      return text(given, place)
    case 'integer':
      return integer(given, place, 0)
    case 'chunk':
      return integer(given, place, 2)
    case 'count':
      return integer(given, place, -1)
    case 'flag':
      if (given === 'true' || given === 'false') return given === 'true'
      throw place.expected('true or false', given)
    case 'owner':
      return typeof given === 'string' && /^\d+$/.test(given) ? integer(given, place, 0) : text(given, place)
    case 'condition':
      return condition(given, place)
  }
}

/** `install-if-different` (updatehub.md 5.5). */
function condition(given: Given, place: Place): unknown {
  if (given === 'sha256sum') return given
  if (typeof given === 'string') throw place.expected('sha256sum, or a mapping of version and pattern', given)
  const keys = mapping(given, place, ['version', 'pattern'])
  const pattern = keys['pattern']
  const known = pattern === 'linux-kernel' || pattern === 'u-boot'
  return {
    version: text(keys['version'], place.at('version')),
    pattern: known ? pattern : expression(pattern, place.at('pattern')),
  }
}

/** Always with all three keys, never negative: real agents refuse the whole package otherwise (decision D6). */
function expression(given: Given, place: Place): unknown {
  if (typeof given === 'string') throw place.expected('linux-kernel, u-boot, or a mapping with a regexp', given)
  const keys = mapping(given, place, ['regexp', 'seek', 'buffer-size'])
  return {
    regexp: text(keys['regexp'], place.at('regexp')),
    seek: integer(keys['seek'] ?? '0', place.at('seek'), 0),
    'buffer-size': integer(keys['buffer-size'] ?? defaultBufferSize, place.at('buffer-size'), 0),
  }
}

const defaultBufferSize = '1048576'
