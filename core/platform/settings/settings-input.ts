import { type Fragment, isSection } from './fragment.ts'
import type { Kind } from './kinds.ts'
import { SettingsError } from './settings-error.ts'

/**
 * Second stage: fragments over each other, the later ones winning key by key. The first is usually the table of defaults.
 * The third stage, typed settings, is an object built of `get`s; what fails names the source that said it.
 */
export class SettingsInput {
  readonly #fragments: readonly Fragment[]

  constructor(...fragments: readonly (Fragment | undefined)[]) {
    this.#fragments = fragments.filter((fragment) => fragment !== undefined)
  }

  /** @throws SettingsError `missing`, `invalid` */
  get<T>(key: string, kind: Kind<T>): T {
    const value = this.find(key, kind)
    if (value !== undefined) return value
    const from = this.#fragments.at(-1)?.from ?? 'settings'
    throw new SettingsError('missing', { from, key, expected: kind.expected, came: 'nothing' })
  }

  /** Undefined when no fragment has it. @throws SettingsError `invalid` */
  find<T>(key: string, kind: Kind<T>): T | undefined {
    const fragment = this.#fragments.findLast(({ values }) => at(values, key) !== undefined)
    if (!fragment) return undefined
    const value = at(fragment.values, key)
    const read = kind.read(value)
    if (read !== undefined) return read
    throw new SettingsError('invalid', {
      from: fragment.from,
      key,
      expected: kind.expected,
      came: JSON.stringify(value),
    })
  }
}

/** Refuses keys that nobody knows: a misspelt one would be silently without effect. @throws SettingsError `unknown` */
export function onlyKeys(fragment: Fragment, keys: readonly string[]): void {
  const isKnown = (key: string) => keys.some((known) => known === key || (key.endsWith('.') && known.startsWith(key)))
  const unknown = leaves(fragment.values).find((key) => !isKnown(key))
  if (unknown === undefined) return
  const expected = `one of ${keys.join(', ')}`
  throw new SettingsError('unknown', {
    from: fragment.from,
    key: unknown.replace(/\.$/, ''),
    expected,
    came: 'a key nobody knows',
  })
}

/** Refuses a fragment that leaves a key out. @throws SettingsError `missing` */
export function allKeys(fragment: Fragment, keys: readonly string[]): void {
  const missing = keys.find((key) => at(fragment.values, key) === undefined)
  if (missing === undefined) return
  throw new SettingsError('missing', { from: fragment.from, key: missing, expected: 'a value', came: 'nothing' })
}

function at(values: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((from, name) => (isSection(from) && Object.hasOwn(from, name) ? from[name] : undefined), values)
}

/** Keys with dots; an empty section stands as its name with a dot behind. */
function leaves(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (!isSection(value)) return [name]
    const inner = leaves(value)
    return inner.length === 0 ? [`${name}.`] : inner.map((key) => `${name}.${key}`)
  })
}
