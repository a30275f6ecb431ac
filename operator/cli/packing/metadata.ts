import type { InstallationSet } from '@windlass/model'
import { CliError } from '../cli-error.ts'
import type { Description, ObjectDescription } from './description.ts'
import { declaresCompression } from './fields.ts'
import type { Payload } from './payload.ts'

/** The payloads of a description, by path. */
export type Payloads = ReadonlyMap<string, Payload>

/** The metadata of a package: always two sets, objects by file name, the same in both (updatehub.md 5.8, 5.10). */
export function metadataOf(description: Description, payloads: Payloads): Record<string, unknown> {
  const objects = inOrder(description.objects, payloads)
  const sets: InstallationSet[] = ['a', 'b']
  return {
    product: description.product,
    version: description.version,
    'supported-hardware': description.hardware,
    objects: sets.map((set) => objects.map(([object, payload]) => objectMetadata(object, payload, set))),
  }
}

type Pair = [ObjectDescription, Payload]

function inOrder(objects: readonly ObjectDescription[], payloads: Payloads): Pair[] {
  return objects.map((object): Pair => [object, payloadOf(object, payloads)]).sort(([, x], [, y]) => byName(x, y))
}

/** As uhu orders them: by the code points of the file name. */
export function byName(x: Payload, y: Payload): number {
  return Buffer.compare(Buffer.from(x.filename), Buffer.from(y.filename))
}

function payloadOf(object: ObjectDescription, payloads: Payloads): Payload {
  const payload = payloads.get(object.path)
  if (!payload) throw new Error(`expected ${object.path} to be measured`)
  return payload
}

function objectMetadata(object: ObjectDescription, payload: Payload, set: InstallationSet): Record<string, unknown> {
  const { compressed, 'required-uncompressed-size': given, ...fields } = object.fields[set]
  const packed = compressed ?? (declaresCompression(object.mode) && payload.compression !== undefined)
  return {
    mode: object.mode,
    filename: payload.filename,
    size: payload.size,
    sha256sum: payload.sha256sum,
    ...fields,
    ...(object.mode === 'raw-delta' && payload.deltaHeader && { 'header-sha256sum': payload.deltaHeader }),
    ...(packed ? { compressed: true, 'required-uncompressed-size': uncompressedSize(payload, given) } : {}),
    ...(!packed && given !== undefined ? { 'required-uncompressed-size': given } : {}),
  }
}

/** What the file knows wins; where it does not know, what the description says, else 0 as uhu writes it. */
function uncompressedSize(payload: Payload, given: unknown): number {
  const measured = payload.compression?.uncompressedSize ?? 0
  if (typeof given !== 'number') return measured
  if (measured === 0 || measured === given) return given
  const text = `${payload.path}: expected an uncompressed size of ${given} as described, got ${measured} from the file`
  throw new CliError('data', text)
}

/** What is allowed but will surprise somebody. */
export function cautions(description: Description, payloads: Payloads): string[] {
  const pairs = inOrder(description.objects, payloads)
  const unknown = pairs.filter(([{ mode, fields }, { compression }]) => {
    const declared = declaresCompression(mode) && fields.a.compressed !== false && compression?.uncompressedSize === 0
    return declared && fields.a['required-uncompressed-size'] === undefined
  })
  const twins = pairs.filter(([, p], i) =>
    pairs.some(([, q], j) => j < i && q.sha256sum === p.sha256sum && q.filename !== p.filename),
  )
  return [
    ...unknown.map(([, p]) => `${p.filename}: its uncompressed size is unknown; give required-uncompressed-size`),
    ...twins.map(([, p]) => `${p.filename}: the same content under two names; UpdateHub's agents cannot download that`),
  ]
}
