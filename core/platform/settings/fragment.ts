import { isDiskError } from '../files/disk-error.ts'
import type { Files } from '../files/files.ts'
import { SettingsError } from './settings-error.ts'

/** First stage: what one source says, all of it optional. Sections are objects in `values`. */
export interface Fragment {
  /** The source as errors name it: a path, `the environment`, `the command line`, `defaults`. */
  from: string
  values: Readonly<Record<string, unknown>>
}

/**
 * Reads a settings file (at most 1 MiB) with the parser of its format; undefined when there is none.
 * @throws SettingsError `unreadable`, `syntax`
 */
export async function readFragment(
  files: Files,
  path: string,
  parse: (text: string) => unknown,
): Promise<Fragment | undefined> {
  const text = await textOf(files, path)
  if (text === undefined) return undefined
  try {
    const values = parse(text)
    if (isSection(values)) return { from: path, values }
  } catch (cause) {
    const came = cause instanceof Error ? cause.message : String(cause)
    throw new SettingsError('syntax', { from: path, expected: 'a settings file', came }, { cause })
  }
  throw new SettingsError('syntax', { from: path, expected: 'sections and keys', came: 'something else' })
}

/** A fragment of flat pairs, key with dots to value; pairs without a value are left out. For variables and flags. */
export function fragmentOf(from: string, pairs: Readonly<Record<string, unknown>>): Fragment {
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(pairs)) if (value !== undefined) put(values, key.split('.'), value)
  return { from, values }
}

/** Dates are values, though a TOML parser gives objects for them. */
export function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !Array.isArray(value)
}

function put(values: Record<string, unknown>, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    values[name] = value
    return
  }
  const known = values[name]
  const section = isSection(known) ? known : {}
  values[name] = section
  put(section, rest, value)
}

async function textOf(files: Files, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.readFile(path, 2 ** 20))
  } catch (cause) {
    if (isDiskError(cause, 'ENOENT')) return undefined
    const came = cause instanceof Error ? cause.message : String(cause)
    throw new SettingsError('unreadable', { from: path, expected: 'a readable file', came }, { cause })
  }
}
