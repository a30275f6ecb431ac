import * as v from 'valibot'
import { parseJson, shape } from '../updatehub/json-shape.ts'
import { WireError } from '../wire-error.ts'

/** The largest document we read, in bytes; registries keep the same bound for manifests. */
export const mostDocumentBytes = 4 * 1024 * 1024
/** The longest list in a document. */
const mostEntries = 1024

/** Reads one document's bytes as a schema says. @throws WireError naming the first place that is off */
export function readDocument<S extends v.GenericSchema>(name: string, schema: S, bytes: Uint8Array): v.InferOutput<S> {
  if (bytes.length > mostDocumentBytes)
    throw new WireError('wrong_shape', `${name}: expected at most ${mostDocumentBytes} bytes, got ${bytes.length}`)
  return shape(name, schema, parseJson(name, bytes))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object whose keys count whatever their case (aoscore.md 4.7); the key in its own case wins. Other keys are ignored. */
export function anyCase<const E extends v.ObjectEntries>(entries: E) {
  const names = Object.keys(entries)
  const own = (value: Record<string, unknown>) => {
    const lower = new Map(Object.keys(value).map((key) => [key.toLowerCase(), key]))
    const found = names.flatMap((name) => {
      const key = Object.hasOwn(value, name) ? name : lower.get(name.toLowerCase())
      return key === undefined ? [] : [[name, value[key]] as const]
    })
    return Object.fromEntries(found)
  }
  return v.pipe(v.custom<Record<string, unknown>>(isRecord, 'an object'), v.transform(own), v.object(entries))
}

/** A list, absent or null when it is empty. */
export function list<S extends v.GenericSchema>(item: S) {
  return v.nullish(v.pipe(v.array(item), v.maxLength(mostEntries, `at most ${mostEntries} entries`)), [])
}

/** A value that may be absent or null. */
export function maybe<S extends v.GenericSchema>(schema: S) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  )
}

export const text = v.nullish(v.string(), '')
/** A map with keys of the author's own. */
export const texts = v.nullish(v.record(v.string(), v.string()), {})
/** A map of which only the keys say something. */
export const names = v.pipe(v.nullish(v.record(v.string(), v.unknown()), {}), v.transform(Object.keys))
export const count = v.pipe(v.number(), v.safeInteger('a whole number'), v.minValue(0, 'a number from 0 on'))

export const descriptorFields = {
  mediaType: v.pipe(v.string(), v.maxLength(255, 'a media type of at most 255 characters')),
  digest: v.pipe(v.string(), v.regex(/^sha256:[a-f0-9]{64}$/, '"sha256:" and 64 lower-case hexadecimal digits')),
  size: count,
}
export const descriptor = anyCase(descriptorFields)

export const platformFields = {
  architecture: text,
  variant: maybe(v.string()),
  os: text,
  'os.version': maybe(v.string()),
  'os.features': list(v.string()),
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The same without the keys that stand for nothing. */
export function present<T extends object>(record: T): Present<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Present<T>
}
