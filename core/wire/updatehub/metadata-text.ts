/**
 * Metadata as UpdateHub's packager writes it, so that the same package gets the same uid (updatehub.md 5.8): keys sorted at
 * every level, `, ` and `: ` between, everything outside ASCII escaped, no newline. Keys whose value is undefined are left out.
 * @throws TypeError for what JSON cannot say
 */
export function encodeMetadata(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => encodeMetadata(item)).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).filter(([, item]) => item !== undefined)
    return `{${pairs
      .toSorted(byCodePoint)
      .map(([key, item]) => `${quote(key)}: ${encodeMetadata(item)}`)
      .join(', ')}}`
  }
  if (typeof value === 'string') return quote(value)
  if (value === null || typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value)
  throw new TypeError(
    `metadata: expected texts, integers, booleans, lists and objects, got ${typeof value === 'number' ? value : typeof value}`,
  )
}

function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** As Python sorts, which compares code points; JavaScript's own order would compare UTF-16 units. */
function byCodePoint([x]: [string, unknown], [y]: [string, unknown]): number {
  return Buffer.compare(Buffer.from(x), Buffer.from(y))
}
