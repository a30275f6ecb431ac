import { byteRange } from '@windlass/platform'

/** What a device wants of an object, as far as headers say. */
export interface ObjectRequest {
  userAgent?: string | undefined
  range?: string | undefined
  ifRange?: string | undefined
  ifNoneMatch?: string | undefined
}

export interface ObjectAnswer {
  status: 200 | 206 | 304 | 416
  headers: Record<string, string>
  /** Which bytes go into the body; undefined: none. */
  bytes?: { start: number; length: number }
}

const realAgent = /^updatehub\/2\.0 Linux/

/**
 * Answers by RFC 9110 section 14, single ranges only: several at once, other units and what cannot be read are passed
 * over, which gives the whole object.
 *
 * UpdateHub's agent would be stuck for ever by a 416 (updatehub.md 3.5), so it gets the whole object instead: its file
 * comes out too long, it sees that, removes it and starts over. `resumeQuirk`: that agent asks from the last byte it
 * has and appends, so it is sent what follows. Not so where If-Range shows a client that resumes rightly.
 */
export function answerObject(
  object: { size: number; sha256sum: string },
  request: ObjectRequest,
  resumeQuirk = false,
): ObjectAnswer {
  const { size, sha256sum } = object
  const etag = `"${sha256sum}"`
  const headers = { etag, 'accept-ranges': 'bytes', 'cache-control': 'public, max-age=31536000, immutable' }
  if (matches(request.ifNoneMatch, etag)) return { status: 304, headers }
  const whole: ObjectAnswer = { status: 200, headers: lengthOf(headers, size), bytes: { start: 0, length: size } }
  if (request.ifRange !== undefined && request.ifRange !== etag) return whole
  const range = byteRange(request.range, size)
  if (range === undefined) return whole
  const agent = realAgent.test(request.userAgent ?? '')
  if (range === 'beyond') {
    return agent ? whole : { status: 416, headers: { ...lengthOf(headers, 0), 'content-range': `bytes */${size}` } }
  }
  const open = /-\s*$/.test(request.range ?? '')
  const shift = resumeQuirk && agent && open && request.ifRange === undefined && range.first > 0
  return part(headers, shift && range.first < range.last ? { ...range, first: range.first + 1 } : range, size)
}

function part(headers: Record<string, string>, { first, last }: { first: number; last: number }, size: number) {
  const length = last - first + 1
  const range = { 'content-range': `bytes ${first}-${last}/${size}` }
  return { status: 206 as const, headers: { ...lengthOf(headers, length), ...range }, bytes: { start: first, length } }
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}

function lengthOf(headers: Record<string, string>, length: number): Record<string, string> {
  return { ...headers, 'content-length': String(length), 'content-type': 'application/octet-stream' }
}
