import * as v from 'valibot'

/** What a list of the cloud's may hold: four times as many entries as a unit may have instances. */
const mostEntries = 4096

/** A list that may be left out. */
export const listOf = <S extends v.GenericSchema>(entry: S) =>
  v.nullish(v.pipe(v.array(entry), v.maxLength(mostEntries, `at most ${mostEntries} entries`)), [])

/** What is measured: may come with a fraction. */
export const amount = v.pipe(v.number(), v.finite('a number'))

/** Bytes in base64, padded or not. */
export const base64 = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9+/\s]*={0,2}\s*$/, 'base64'),
  v.transform((letters) => new Uint8Array(Buffer.from(letters, 'base64'))),
)

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** The schema knows whole numbers only. */
export const whole = (value: number): number => Math.max(0, Math.round(value))
