import type { Index } from '@windlass/wire/oci'
import { UnitError } from '../../unit-error.ts'

const refName = 'org.opencontainers.image.ref.name'

/**
 * The digest of the image that a layout or an archive lists under this name, or of its only one.
 * @throws UnitError `item_unknown`, naming those that are there
 */
export function namedImage({ entries }: Index, name?: string): string {
  const [found, ...others] = entries.filter(({ annotations }) => name === undefined || annotations[refName] === name)
  if (found && others.length === 0) return found.digest
  const names = entries.map(({ annotations }) => annotations[refName] ?? 'one without a name')
  const wanted = name === undefined ? 'one image' : `an image named ${name}`
  throw new UnitError('item_unknown', `expected ${wanted}, found ${names.slice(0, 8).join(', ') || 'none'}`)
}
