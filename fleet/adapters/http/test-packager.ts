import { sha256Of } from '@windlass/trust'
import { signatureOf } from '../../identity/uh-v1.ts'

export interface PackagerRequest {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  body?: string
  secret?: string
  headers?: Record<string, string>
  host?: string
}

/** The headers of a request as the packager `me` signs it (updatehub.md 6.7). */
export function packagerHeaders(given: PackagerRequest, nowMs: number): Record<string, string> {
  const { method, path, body = '', secret = 'topsecret', host = 'fleet.example.test' } = given
  const headers: Record<string, string> = {
    'user-agent': 'updatehub-utils/1.2.0',
    host,
    timestamp: (nowMs / 1000).toFixed(3),
    'content-sha256': sha256Of(body),
    'api-content-type': 'application/vnd.updatehub-v1+json',
    accept: 'application/json',
    ...(body && { 'content-type': 'application/json' }),
    ...given.headers,
  }
  const names = Object.keys(headers).sort()
  const request = { method, path: `/uhu${path}`, query: new URLSearchParams(), headers, body: Buffer.from(body) }
  const value = signatureOf(request, names, nowMs, secret)
  return { ...headers, authorization: `UH-V1 Credential=me, SignedHeaders=${names.join(';')}, Signature=${value}` }
}
