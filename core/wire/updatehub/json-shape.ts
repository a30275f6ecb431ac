import * as v from 'valibot'
import { WireError } from '../wire-error.ts'

/** Parses JSON text or bytes (UTF-8, no byte order mark). @throws WireError `not_json` */
export function parseJson(message: string, body: string | Uint8Array): unknown {
  try {
    const text =
      typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    return JSON.parse(text)
  } catch (cause) {
    throw new WireError('not_json', `${message}: expected JSON, got ${whyNoJson(cause)}`)
  }
}

// Node shows the text around the place, which may be a password.
function whyNoJson(cause: unknown): string {
  const why = cause instanceof Error ? cause.message : String(cause)
  return why.replace(/^(Unexpected token .+?),? (\.\.\.)?".* is not valid JSON$/s, '$1')
}

/** Checks a value against a schema. @throws WireError `wrong_shape`, naming the first place that is off */
export function shape<S extends v.GenericSchema>(message: string, schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true })
  if (result.success) return result.output
  throw new WireError('wrong_shape', `${message}${describe(result.issues[0])}`)
}

/** One issue as `.objects[0][1].size: expected …, got …`. */
export function describe(issue: v.BaseIssue<unknown>): string {
  const ownWords = !issue.message.startsWith('Invalid')
  const expected = ownWords ? issue.message : (issue.expected ?? issue.message)
  return `${placeOf(issue)}: expected ${expected}, got ${shown(issue)}`
}

// A text that is too long to be shown may be a secret, of which not even the beginning is for logs.
function shown({ input, received }: v.BaseIssue<unknown>): string {
  return typeof input === 'string' && input.length > 80 ? `${input.length} characters` : received.slice(0, 80)
}

/** Where it is, as `.objects[0][1].size`. */
export function placeOf(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map((step) => {
    const key: unknown = step.key
    return typeof key === 'number' ? `[${key}]` : `.${String(key)}`
  })
  return path.join('')
}
