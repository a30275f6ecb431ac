import { createHash } from 'node:crypto'
import type { Sha256 } from '@windlass/model'
import type { Pairs } from '@windlass/wire/updatehub'

/**
 * The id of a device: SHA-256 of its identity as Go writes it: compact JSON, keys in byte order, `<` `>` `&` and the
 * line separators escaped (updatehub.md 6.2, vectors in 5.9). A key that came several times is an array of strings,
 * in the order sent; the community server knows none, so this is ours.
 */
export function deviceId(identity: Pairs): Sha256 {
  const keys = Object.keys(identity).sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)))
  const members = keys.map((key) => `${goText(key)}:${goValue(identity[key] ?? '')}`)
  return createHash('sha256')
    .update(`{${members.join(',')}}`)
    .digest('hex') as Sha256
}

function goValue(value: string | readonly string[]): string {
  return typeof value === 'string' ? goText(value) : `[${value.map(goText).join(',')}]`
}

const escaped: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

// The Go of the community server's time has no short forms for backspace and form feed.
function goText(text: string): string {
  return JSON.stringify(text.toWellFormed())
    .replace(/[<>&\u2028\u2029]/g, (c) => escaped[c] ?? c)
    .replace(/\\(.)/g, (pair, c: string) => (c === 'b' ? '\\u0008' : c === 'f' ? '\\u000c' : pair))
}
