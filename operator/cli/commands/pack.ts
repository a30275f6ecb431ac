import { access, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { modeNames } from '@windlass/model'
import { CliError } from '../cli-error.ts'
import { command, type Io } from '../command.ts'
import { type Description, readDescription } from '../packing/description.ts'
import { type Field, fieldKinds, type Kind, modeFields } from '../packing/fields.ts'
import { type Given, isMapping } from '../packing/given.ts'
import { type Packed, pack as packInto } from '../packing/pack.ts'
import { placeIn } from '../packing/place.ts'
import { readGiven } from '../packing/read-description.ts'
import { bytesText } from '../page/quantities.ts'
import { facts } from '../page/table.ts'
import { optional, type Param, several, switchedOn } from '../params.ts'

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

export const pack = command({
  name: 'pack',
  description: 'Make a package of a description (docs/package.md), or of one file with --mode, --file, --target',
  params: {
    description: optional('[description]', 'YAML or JSON file; its files are relative to it'),
    out: optional('-o, --out <file>', 'the package to write (default: PRODUCT-VERSION.uhupkg)'),
    key: optional('-k, --key <file>', 'sign with this private key (PEM)'),
    force: switchedOn('-f, --force', 'write over an existing package'),
    product: optional('--product <uid>', 'instead of what the description says'),
    version: optional('--version <text>', 'instead of what the description says'),
    hardware: several('--hardware <name...>', 'instead of what the description says'),
    mode: ofObject('--mode <mode>', modeNames.join(', ')),
    file: ofObject('--file <file>', 'what is installed'),
    'target-a': ofObject('--target-a <text>', 'the target in set a'),
    'target-b': ofObject('--target-b <text>', 'the target in set b'),
    ...fieldParams,
  },
  async run(values, io) {
    const description = await describe(values, io)
    const name = `${description.product}-${description.version}.uhupkg`.replaceAll('/', '_')
    const out = resolve(io.cwd, values.out ?? name)
    if (!values.force) await refuseExisting(out)
    const privateKey = values.key === undefined ? undefined : await readFile(resolve(io.cwd, values.key), 'utf8')
    const bar = io.progress('packing')
    const options = { out, privateKey, progress: bar.show, signal: io.signal }
    const packed = await packInto(description, options).finally(() => bar.end())
    for (const caution of packed.cautions) io.warn(`caution: ${caution}`)
    if (!packed.signed) io.warn('THE PACKAGE IS NOT SIGNED: devices that have a key refuse it; sign with --key')
    return { page: pageOf(description, packed, out), json: documentOf(description, packed, out) }
  },
})

type Values = Parameters<typeof describe>[0]
async function describe(
  values: Record<
    Field | 'description' | 'product' | 'version' | 'mode' | 'file' | 'target-a' | 'target-b',
    string | undefined
  > & { hardware: readonly string[] },
  io: Io,
): Promise<Description> {
  const top = given({ product: values.product, version: values.version, hardware: values.hardware })
  const object = objectOf(values)
  if (values.description === undefined) {
    if (Object.keys(object).length === 0) {
      throw new CliError('usage', 'expected a description, or --mode, --file and --target; see windlass pack --help')
    }
    return asUsage(() => readDescription({ ...top, objects: [object] }, placeIn('command line'), io.cwd))
  }
  const extra = Object.keys(object)[0]
  if (extra) throw new CliError('usage', `expected a description or --${flagName(extra)}, got both`)
  const path = resolve(io.cwd, values.description)
  const read = await readGiven(path)
  const whole = isMapping(read.given) ? { ...read.given, ...top } : read.given
  return readDescription(whole, placeIn(values.description), read.folder)
}

/** The one object of the command line, in the form of a description. */
function objectOf(values: Values): Record<string, Given> {
  const { 'target-a': a, 'target-b': b } = values
  const target = a === undefined && b === undefined ? values.target : given({ a, b })
  const own = Object.fromEntries(fields.map((field) => [field, values[field]]))
  return given({ mode: values.mode, file: values.file, ...own, target })
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

async function refuseExisting(path: string): Promise<void> {
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (there) throw new CliError('cannotCreate', `${path}: expected no such file, got one; write over it with --force`)
}

function pageOf(description: Description, packed: Packed, out: string): string {
  const stored = packed.payloads.reduce((sum, { size }) => sum + size, 0)
  const page = facts({
    package: out,
    uid: packed.packageUid,
    product: description.product,
    version: description.version,
    objects: `${description.objects.length}, ${bytesText(stored)} stored`,
    signature: packed.signed ? 'signed' : 'NOT SIGNED',
  })
  return `${page}\n\nNext: windlass publish ${out}`
}

function documentOf(description: Description, packed: Packed, out: string): unknown {
  const { packageUid, signed, metadata, cautions } = packed
  return {
    file: out,
    packageUid,
    product: description.product,
    version: description.version,
    signed,
    cautions,
    metadata,
  }
}
