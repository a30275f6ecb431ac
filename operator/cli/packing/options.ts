import { resolve } from 'node:path'
import { modeNames } from '@windlass/model'
import { CliError } from '../cli-error.ts'
import { optional, type Param, several, type Values } from '../params.ts'
import { type Description, readDescription } from './description.ts'
import { type Field, fieldKinds, type Kind, modeFields } from './fields.ts'
import { type Given, isMapping } from './given.ts'
import { placeIn } from './place.ts'
import { readGiven } from './read-description.ts'

const fields = Object.keys(fieldKinds) as Field[]

const group = 'One object, instead of a description:'
const placeholders: Record<Kind, string> = {
  text: '<text>',
  integer: '<number>',
  chunk: '<bytes>',
  count: '<number>',
  flag: '<true|false>',
  owner: '<name|id>',
  condition: '<sha256sum>',
}

/** `--target-path <text>` for `target-path`, and so on: one option for each field of an object. */
const fieldParams = Object.fromEntries(
  fields.map((field) => [field, ofObject(`--${flagName(field)} ${placeholders[fieldKinds[field]]}`, usersOf(field))]),
) as Record<Field, Param<string | undefined>>

function ofObject(flags: string, says: string): Param<string | undefined> {
  return { ...optional(flags, says), group }
}

function flagName(field: string): string {
  return field.replaceAll('_', '-').replace('?', '')
}

function usersOf(field: Field): string {
  const users = modeNames.filter((mode) => [...modeFields[mode].needs, ...modeFields[mode].may].includes(field))
  return `of ${users.join(', ')}`
}

/** What to pack, as the command line can say it. */
export const descriptionParams = {
  description: optional('[description]', 'YAML or JSON file; its files are relative to it'),
  product: optional('--product <uid>', 'instead of what the description says'),
  version: optional('--version <text>', 'instead of what the description says'),
  hardware: several('--hardware <name...>', 'instead of what the description says'),
  mode: ofObject('--mode <mode>', modeNames.join(', ')),
  file: ofObject('--file <file>', 'what is installed'),
  'target-a': ofObject('--target-a <text>', 'the target in set a'),
  'target-b': ofObject('--target-b <text>', 'the target in set b'),
  ...fieldParams,
}
type Options = Values<typeof descriptionParams>

/** Reads the description that the options name, or are. @throws CliError `usage`, `data` */
export async function describe(options: Options, cwd: string): Promise<Description> {
  const top = given({ product: options.product, version: options.version, hardware: options.hardware })
  const object = objectOf(options)
  if (options.description === undefined) {
    if (Object.keys(object).length === 0) {
      throw new CliError('usage', 'expected a description, or --mode, --file and --target; see windlass pack --help')
    }
    refuseLacking(top, object)
    return asUsage(() => readDescription({ ...top, objects: [object] }, placeIn('command line'), cwd))
  }
  const extra = Object.keys(object)[0]
  if (extra) throw new CliError('usage', `expected a description or --${flagName(extra)}, got both`)
  const path = resolve(cwd, options.description)
  const read = await readGiven(path)
  const whole = isMapping(read.given) ? { ...read.given, ...top } : read.given
  return readDescription(whole, placeIn(options.description), read.folder)
}

/** The one object of the command line, in the form of a description. */
function objectOf(options: Options): Record<string, Given> {
  const { 'target-a': a, 'target-b': b } = options
  const bySet = a !== undefined || b !== undefined
  if (bySet && options.target !== undefined)
    throw new CliError('usage', 'expected --target or --target-a and -b, got both')
  const target = bySet ? given({ a, b }) : options.target
  const own = Object.fromEntries(fields.map((field) => [field, options[field]]))
  return given({ mode: options.mode, file: options.file, ...own, target })
}

/** Says at once all that the command line leaves out. @throws CliError `usage` */
function refuseLacking(top: Record<string, Given>, object: Record<string, Given>): void {
  const mode = modeNames.find((name) => name === object['mode'])
  const needed = ['product', 'version', 'mode', 'file', ...(mode ? modeFields[mode].needs : [])]
  const lacking = needed.filter((name) => top[name] === undefined && object[name] === undefined)
  if (lacking.length === 0) return
  const options = lacking.map((name) => `--${flagName(name)}`).join(', ')
  throw new CliError('usage', `expected ${options} too, got none; see windlass pack --help`)
}

function given(of: Record<string, Given>): Record<string, Given> {
  return Object.fromEntries(
    Object.entries(of).filter(([, v]) => v !== undefined && !(Array.isArray(v) && v.length === 0)),
  )
}

function asUsage<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof CliError) throw new CliError('usage', error.message, { cause: error })
    throw error
  }
}
