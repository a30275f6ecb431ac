import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/*
 * UH-V1, the signature on requests of UpdateHub's packager (updatehub.md 6.7).
 */

/** A request as it came. `path` and `query` as on the wire; header names in lower case. */
export interface SignedRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Uint8Array
}

// Longer than clocks differ, and too short for a recorded request to be worth much.
const toleranceMs = 15 * 60_000

// Without these under the signature a request could be sent to another server, at another time or with another body.
const mustBeSigned = ['content-sha256', 'host', 'timestamp'] as const

/** The access id of whoever says to have signed it. */
export function credentialOf(request: SignedRequest): string | undefined {
  return parseAuthorization(headerOf(request, 'authorization')).credential
}

/**
 * Why a request is not to be trusted, or undefined when it is. `secret`: that of its credential, undefined where nobody has this
 * access id. The sentence names what is off, but never what would have been right.
 */
export function whyUnsigned(request: SignedRequest, secret: string | undefined, now: number): string | undefined {
  const { credential, signed, signature } = parseAuthorization(headerOf(request, 'authorization'))
  if (credential === undefined || signed === undefined || signature === undefined)
    return 'expected "Authorization: UH-V1 Credential=…, SignedHeaders=…, Signature=…"'
  const missing = mustBeSigned.find((name) => !signed.includes(name))
  if (missing !== undefined) return `expected ${missing} among the signed headers`
  const at = Number(headerOf(request, 'timestamp')) * 1000
  if (!(Math.abs(now - at) <= toleranceMs)) return 'expected a Timestamp of the last or next 15 minutes'
  if (headerOf(request, 'content-sha256') !== sha256(request.body))
    return 'expected Content-sha256 to be that of the body'
  // An unknown access id takes as long as a wrong secret.
  const right = signatureOf(request, signed, at, secret ?? '')
  const same = right.length === signature.length && timingSafeEqual(Buffer.from(right), Buffer.from(signature))
  return secret !== undefined && same ? undefined : 'expected a known access id and its signature'
}

/** `at`: milliseconds since 1970, of the Timestamp header. `signed`: names of headers, in lower case. */
export function signatureOf(request: SignedRequest, signed: readonly string[], at: number, secret: string): string {
  const stamp = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const message = `UH-V1\n${stamp}\n${sha256(canonical(request, signed))}`
  return hmac(hmac(`UH-V1-${secret}`, stamp.slice(0, 8)), message)
}

function canonical(request: SignedRequest, signed: readonly string[]): string {
  const { method, path, query, body } = request
  const headers = signed.map((name) => `${name}:${headerOf(request, name)}`).sort()
  const pairs = [...query].map(([key, value]) => `${key}=${encodeURIComponent(value)}`).sort()
  return [method, path, pairs.join('&'), headers.join('\n'), '', sha256(body)].join('\n')
}

function parseAuthorization(text: string) {
  const form = /^UH-V1 Credential=([^,\s]+), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([a-f0-9]{64})$/
  const [, credential, signed, signature] = form.exec(text) ?? []
  return { credential, signed: signed?.split(';'), signature }
}

function headerOf({ headers }: SignedRequest, name: string): string {
  const value = headers[name]
  return (Array.isArray(value) ? value.join(', ') : (value ?? '')).trim()
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}
