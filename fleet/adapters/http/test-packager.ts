import { sha256Of } from '@windlass/trust'
import { signatureOf } from '../../identity/uh-v1.ts'

export interface PackagerRequest {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  body?: string
  secret?: string
  headers?: Record<string, string>
  host?: string
  /** The access id; default `me`. */
  id?: string
  /** What stands before every address of the project; default nothing. */
  base?: string
}

/** The headers of a request as a packager signs it (updatehub.md 6.7): with the path that it asks for, project and all. */
export function packagerHeaders(given: PackagerRequest, nowMs: number): Record<string, string> {
  const { method, path, body = '', secret = 'topsecret', host = 'fleet.example.test', id = 'me', base = '' } = given
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
  const request = { method, path: `${base}/uhu${path}`, query: new URLSearchParams(), headers, body: Buffer.from(body) }
  const value = signatureOf(request, names, nowMs, secret)
  return { ...headers, authorization: `UH-V1 Credential=${id}, SignedHeaders=${names.join(';')}, Signature=${value}` }
}
